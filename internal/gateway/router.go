package gateway

import (
	"net/url"
	"slices"
	"strings"

	"ccgateway/internal/result"
)

// router finds the route of a path. It is not http.ServeMux, since clients in use send double and trailing slashes and do not
// follow redirects (client-rules.md 24), and since a wrong path or method is a result code here, not an HTTP status.
type router struct{ root *node }

// node is one segment of the paths; a literal is preferred to {name} (onlineagent/loginbyaccount to onlineagent/{agentid}).
type node struct {
	literal map[string]*node
	any     *node
	anyName string   // the parameter that any stands for
	routes  []*Route // that end here, with different methods
}

func newRouter(routes []Route) *router {
	t := &router{root: &node{}}
	for i := range routes {
		if routes[i].Kind != Outgoing {
			t.add(&routes[i])
		}
	}
	return t
}

func (t *router) add(route *Route) {
	at := t.root
	for segment := range strings.SplitSeq(route.Path, "/") {
		if name, isParameter := strings.CutPrefix(segment, "{"); isParameter {
			if at.any == nil {
				at.any = &node{}
				at.anyName = strings.TrimSuffix(name, "}")
			}
			at = at.any
			continue
		}
		if at.literal == nil {
			at.literal = map[string]*node{}
		}
		if at.literal[segment] == nil {
			at.literal[segment] = &node{}
		}
		at = at.literal[segment]
	}
	at.routes = append(at.routes, route)
}

// parameter is one {name} of a path with what stands there.
type parameter struct{ name, value string }

// find gives the route for a path as it came (escaped), and its parameters.
func (t *router) find(method, escapedPath string) (*Route, []parameter, error) {
	rest, found := cutBase(escapedPath)
	if !found {
		return nil, nil, result.BadArgument.Because("no such path: interfaces begin with %s", Base)
	}
	var parameters []parameter
	at := t.root
	for segment := range strings.SplitSeq(rest, "/") {
		if segment == "" {
			continue
		}
		value, err := url.PathUnescape(segment)
		if err != nil {
			return nil, nil, result.BadArgument.Because("path is not escaped properly")
		}
		switch next := at.literal[value]; {
		case next != nil:
			at = next
		case at.any != nil:
			parameters = append(parameters, parameter{at.anyName, value})
			at = at.any
		default:
			return nil, nil, result.BadArgument.Because("no such interface")
		}
	}
	return at.byMethod(method, parameters)
}

func (n *node) byMethod(method string, parameters []parameter) (*Route, []parameter, error) {
	var taken []string
	for _, route := range n.routes {
		if slices.Contains(route.Methods, method) {
			return route, parameters, nil
		}
		taken = append(taken, route.Methods...)
	}
	if taken == nil {
		return nil, nil, result.BadArgument.Because("no such interface")
	}
	return nil, nil, result.BadArgument.Because("this interface is called with %s", strings.Join(taken, " or "))
}

// cutBase takes Base off a path, wherever slashes are doubled in it.
func cutBase(path string) (rest string, found bool) {
	rest = path
	for want := range strings.SplitSeq(strings.Trim(Base, "/"), "/") {
		rest = strings.TrimLeft(rest, "/")
		segment, after, _ := strings.Cut(rest, "/")
		if segment != want {
			return "", false
		}
		rest = after
	}
	return rest, true
}
