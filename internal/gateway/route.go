package gateway

import (
	"context"
	"slices"
	"strings"
)

// Base is what all paths of the interface begin with.
const Base = "/agentgateway/resource/"

// Route is one line of the table: one interface.
type Route struct {
	Group   string   // file of the catalogue
	Methods []string // the documented one first; further ones are those that clients in use send instead
	Path    string   // below Base; {name} stands for one segment
	Name    string   // the method's name in log lines
	Title   string   // what it does, in a few words
	Kind    Kind

	shape  shape
	handle handler // nil = not built
	made   bool    // of Outgoing: we call it
	denies bool    // built, and always refuses: it is for something this center does not have
}

// Kind says what a route is, beside an interface that is called by clients.
type Kind int

// The kinds of routes.
const (
	Incoming Kind = iota // a client calls the gateway
	Outgoing             // the gateway calls somebody's URL: part of the interface, not routed
	Older                // not in the catalogue's count: known from older servers, or a second path of another interface
	Own                  // not in the published interface at all
)

// Built tells whether the interface works.
func (r *Route) Built() bool { return r.handle != nil || r.made }

// own marks a route that the published interface does not have.
func own(route Route) Route {
	route.Kind = Own
	return route
}

// refusing marks a route for something this center does not have, such as a picture: it always answers its page's code.
func refusing(route Route) Route {
	route.denies = true
	return route
}

// Streams tells whether a success goes on for as long as the session.
func (r *Route) Streams() bool { return r.Name == "streamEvents" || r.Name == "socketEvents" }

// handler answers a request: the value for the reply's result, or what went wrong. A value that is a takeover writes its reply itself.
type handler func(ctx context.Context, g *Gateway, q *request) (any, error)

// Routes gives the whole table, in the order of the catalogue.
func Routes() []Route {
	return slices.Concat(onlineagentRoutes(), agenteventRoutes(), voicecallRoutes(), calldataRoutes(), recordplayRoutes(),
		otherRoutes(), qualitycontrolRoutes(), agentgroupRoutes(), queuedeviceRoutes(), textchatRoutes(), mediacallRoutes(),
		conferenceRoutes(), configRoutes(), ownRoutes())
}

// grouped names the group of routes.
func grouped(group string, routes ...Route) []Route {
	for i := range routes {
		routes[i].Group = group
	}
	return routes
}

// works is a line of the table for an interface that is built.
func works(method, path, name, title string, shape shape, handle handler) Route {
	return Route{Methods: strings.Split(method, " "), Path: path, Name: name, Title: title, shape: shape, handle: handle}
}

// missing is a line of the table for an interface that is not built.
func missing(method, path, name, title string) Route {
	return Route{Methods: []string{method}, Path: path, Name: name, Title: title}
}

// outgoing is a line of the table for a call that the gateway makes, once it is built.
func outgoing(method, path, name, title string) Route {
	return Route{Methods: []string{method}, Path: path, Name: name, Title: title, Kind: Outgoing}
}

// made is outgoing for a call that is built.
func made(method, path, name, title string) Route {
	route := outgoing(method, path, name, title)
	route.made = true
	return route
}

// older marks a route that the catalogue does not count.
func older(route Route) Route {
	route.Kind = Older
	return route
}
