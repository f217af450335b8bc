package center_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
)

// configWords are the words that begin a line of configuration in a script.
var configWords = map[string]func(*naming, *center.Config, []string) error{
	"vcc": func(n *naming, c *center.Config, args []string) error {
		return n.fill(reflect.ValueOf(c).Elem(), "Name", args)
	},
	"outside": func(n *naming, c *center.Config, args []string) error {
		return n.fill(reflect.ValueOf(&c.Limits.Outside).Elem(), "", args)
	},
	"limits": func(n *naming, c *center.Config, args []string) error {
		return n.fill(reflect.ValueOf(&c.Limits).Elem(), "", args)
	},
	"numbering": func(n *naming, c *center.Config, args []string) error {
		return n.fill(reflect.ValueOf(&c.Numbering).Elem(), "", args)
	},
	"recording": func(n *naming, c *center.Config, args []string) error {
		return n.fill(reflect.ValueOf(&c.Recording).Elem(), "", args)
	},
	"auth": func(n *naming, c *center.Config, args []string) error {
		return n.fill(reflect.ValueOf(&c.Auth).Elem(), "", args)
	},
	"skill": func(n *naming, c *center.Config, args []string) error {
		return entry(n, &c.Skills, center.Skill{Media: center.MediaVoice, Ring: 30 * time.Second, Weight: 50}, "ID", args)
	},
	"agent": func(n *naming, c *center.Config, args []string) error {
		return entry(n, &c.Agents, center.Agent{Group: -1}, "ID", args)
	},
	"group": func(n *naming, c *center.Config, args []string) error {
		return entry(n, &c.Groups, center.Group{}, "ID", args)
	},
	"trunk": func(n *naming, c *center.Config, args []string) error {
		return entry(n, &c.Trunks, center.Trunk{}, "Name", args)
	},
	"code": func(n *naming, c *center.Config, args []string) error {
		return entry(n, &c.AccessCodes, center.AccessCode{}, "Code", args)
	},
	"role": roleLine,
	"phone": func(_ *naming, c *center.Config, args []string) error {
		c.Phones = append(slices.Clone(c.Phones), args...)
		return nil
	},
	"restcause": func(n *naming, c *center.Config, args []string) error {
		return entry(n, &c.RestCauses, center.RestCause{}, "Code", args)
	},
	"inspection": func(_ *naming, c *center.Config, args []string) error { return inspectionLine(c, args) },
	"remove":     removeLine,
}

// entry adds an entry to a list of the configuration, or changes the one with the same key. The lists are copied, since the
// center may keep what it was given.
func entry[T any](n *naming, list *[]T, fresh T, key string, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s is missing", key)
	}
	v := reflect.ValueOf(&fresh).Elem()
	if err := n.set(v.FieldByName(key), args[0]); err != nil {
		return err
	}
	copied := slices.Clone(*list)
	at := slices.IndexFunc(copied, func(old T) bool {
		return reflect.ValueOf(old).FieldByName(key).Equal(v.FieldByName(key))
	})
	if at < 0 {
		copied = append(copied, fresh)
		at = len(copied) - 1
	}
	*list = copied
	return n.fill(reflect.ValueOf(&copied[at]).Elem(), "Name", args[1:])
}

// roleLine reads "role 2 agent call_out hold"; "+" in front of a right's name is not needed.
func roleLine(_ *naming, c *center.Config, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("number and name are missing")
	}
	id, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	var rights []center.Right
	for _, name := range args[2:] {
		at := center.Right(0)
		for right, known := range center.RightNames {
			if known == name {
				at = right
			}
		}
		if at == 0 {
			return fmt.Errorf("unknown right %q", name)
		}
		rights = append(rights, at)
	}
	c.Roles = slices.DeleteFunc(slices.Clone(c.Roles), func(r center.Role) bool { return r.ID == id })
	c.Roles = append(c.Roles, center.Role{ID: id, Name: args[1], Rights: center.RightsOf(rights...)})
	return nil
}

// removeLine reads "remove agent 101".
func removeLine(_ *naming, c *center.Config, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("say what to remove")
	}
	before := fmt.Sprint(*c)
	switch args[0] {
	case "agent":
		c.Agents = without(c.Agents, func(a center.Agent) string { return strconv.Itoa(int(a.ID)) }, args[1])
	case "skill":
		c.Skills = without(c.Skills, func(s center.Skill) string { return strconv.Itoa(int(s.ID)) }, args[1])
		for i, a := range c.Agents {
			c.Agents[i].Skills = without(a.Skills, func(s center.AgentSkill) string { return strconv.Itoa(int(s.Skill)) }, args[1])
		}
		for i, code := range c.AccessCodes {
			if strconv.Itoa(int(code.Skill)) == args[1] {
				c.AccessCodes = slices.Delete(slices.Clone(c.AccessCodes), i, i+1)
				break
			}
		}
	case "phone":
		c.Phones = without(c.Phones, func(p string) string { return p }, args[1])
	case "code":
		c.AccessCodes = without(c.AccessCodes, func(a center.AccessCode) string { return a.Code }, args[1])
	case "trunk":
		c.Trunks = without(c.Trunks, func(t center.Trunk) string { return t.Name }, args[1])
	default:
		return fmt.Errorf("cannot remove a %s", args[0])
	}
	if fmt.Sprint(*c) == before {
		return fmt.Errorf("there is no %s", strings.Join(args, " "))
	}
	return nil
}

func without[T any](list []T, key func(T) string, gone string) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return key(v) == gone })
}

// cloneConfig copies what a later line of the script may change in place.
func cloneConfig(c center.Config) center.Config {
	c.Agents = slices.Clone(c.Agents)
	c.Skills = slices.Clone(c.Skills)
	return c
}
