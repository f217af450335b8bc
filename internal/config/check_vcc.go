package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/center"
	"ccgateway/internal/password"
)

// minSessionTimer is the least interval of session timers (RFC 4028 section 5).
const minSessionTimer = 90 * time.Second

// digests are the algorithms for sip.digest.
var digests = []string{"MD5", "SHA-256"}

// maxRoleName is the length of a role's name in bytes (cec_07_1020).
const maxRoleName = 20

// installation has what must be unique beyond one VCC.
type installation struct {
	vcc, vccName, dialled, agent, account func(path, value string)
}

func (c *checker) checkVCCs() {
	all := installation{
		vcc: c.unique("the VCC's number"), vccName: c.unique("the VCC's name"), dialled: c.unique("the number"),
		agent: c.unique("the agent number"), account: c.unique("the account"),
	}
	for i := range c.cfg.VCCs {
		v := &vccChecker{checker: c, installation: all, path: fmt.Sprintf("vccs[%d]", i), vcc: &c.cfg.VCCs[i]}
		v.check()
	}
}

// vccChecker checks one VCC.
type vccChecker struct {
	*checker
	installation
	path string
	vcc  *VCC
}

func (v *vccChecker) check() {
	v.installation.vcc(v.path+".id", strconv.Itoa(v.vcc.ID))
	v.installation.vccName(v.path+".name", v.vcc.Name)
	v.name(v.path+".name", v.vcc.Name, maxName)
	if !nameForm.MatchString(v.vcc.WaitMusic) {
		v.fail(v.path+".wait_music", "must be a prompt's name: letters, digits, dots, - and _")
	}
	if _, err := time.LoadLocation(v.vcc.Zone); err != nil || v.vcc.Zone == "Local" {
		v.fail(v.path+".zone", "no time zone has this name; it must be such as \"Europe/Berlin\"")
	}
	v.checkSkills()
	v.checkAccessCodes()
	v.checkRoles()
	v.checkPhones()
	v.checkGroups()
	v.checkAgents()
	v.checkNumbering()
	v.checkRestReasons()
	v.checkRelations()
}

func (v *vccChecker) checkRelations() {
	for i, r := range v.vcc.Inspection.Relations {
		path := fmt.Sprintf("%s.inspection.relations[%d]", v.path, i)
		if v.given(path + ".inspectors") {
			v.group(path+".inspectors", r.Inspectors)
		}
		for j, name := range r.Agents {
			v.group(fmt.Sprintf("%s.agents[%d]", path, j), name)
		}
	}
}

// at makes the path of a member of a list's element.
func (v *vccChecker) at(list string, i int, member string) string {
	return fmt.Sprintf("%s.%s[%d].%s", v.path, list, i, member)
}

// name checks a name that people read.
func (v *vccChecker) name(path, name string, most int) {
	switch {
	case !v.given(path):
	case strings.TrimSpace(name) == "" || len(name) > most || strings.ContainsFunc(name, func(c rune) bool { return c < ' ' }):
		v.fail(path, "must be a name of 1 to %d bytes", most)
	}
}

func (v *vccChecker) checkSkills() {
	ids, names := v.unique("the skill queue's number"), v.unique("the skill queue's name")
	for i, s := range v.vcc.Skills {
		ids(v.at("skills", i, "id"), strconv.Itoa(s.ID))
		names(v.at("skills", i, "name"), s.Name)
		v.name(v.at("skills", i, "name"), s.Name, maxName)
		if s.Survey != "" {
			v.flow(v.at("skills", i, "survey"), s.Survey)
		}
	}
}

func (v *vccChecker) checkAccessCodes() {
	for i, a := range v.vcc.AccessCodes {
		path := v.at("access_codes", i, "code")
		if v.given(path) && !dialForm.MatchString(a.Code) {
			v.fail(path, "must be 1 to 24 digits, * and #")
		}
		v.dialled(path, a.Code)
		skill, flow := v.at("access_codes", i, "skill"), v.at("access_codes", i, "flow")
		switch {
		case a.Skill == "" && a.Flow == "":
			v.fail(strings.TrimSuffix(path, ".code"), "must lead to a skill or a flow")
		case a.Skill != "" && a.Flow != "":
			v.fail(strings.TrimSuffix(path, ".code"), "leads to a skill and to a flow; it can lead to one only")
		case a.Flow != "":
			v.flow(flow, a.Flow)
		default:
			if s := v.skill(skill, a.Skill); s != nil && s.Media != voice {
				v.fail(skill, "skill queue %q is for %s, and who dials a number speaks", a.Skill, s.Media)
			}
		}
	}
}

// skill finds a skill queue by its name, or reports that there is none.
func (v *vccChecker) skill(path, name string) *Skill {
	var known []string
	for i := range v.vcc.Skills {
		if v.vcc.Skills[i].Name == name {
			return &v.vcc.Skills[i]
		}
		known = append(known, v.vcc.Skills[i].Name)
	}
	v.fail(path, "no skill queue of this VCC is named %q%s", name, suggest(name, known))
	return nil
}

func (v *vccChecker) flow(path, name string) {
	if _, ok := v.cfg.Flows[name]; !ok {
		v.fail(path, "no flow is named %q%s", name, suggest(name, slices.Sorted(maps.Keys(v.cfg.Flows))))
		return
	}
	for _, skill := range v.cfg.program.Skills(name) {
		if !slices.ContainsFunc(v.vcc.Skills, func(s Skill) bool { return s.Name == skill && s.Media == voice }) {
			v.fail(path, "flow %q leads to the skill queue %q, and this VCC has no voice queue of that name", name, skill)
		}
	}
}

func (v *vccChecker) checkRoles() {
	ids, names := v.unique("the role's number"), v.unique("the role's name")
	known := slices.Sorted(maps.Keys(rights))
	for i, r := range v.vcc.Roles {
		ids(v.at("roles", i, "id"), strconv.Itoa(r.ID))
		names(v.at("roles", i, "name"), r.Name)
		v.name(v.at("roles", i, "name"), r.Name, maxRoleName)
		for j, right := range r.Rights {
			path := fmt.Sprintf("%s[%d]", v.at("roles", i, "rights"), j)
			if _, ok := rights[right]; !ok {
				v.fail(path, "no right is named %q%s", right, suggest(right, known))
			}
			if slices.Index(r.Rights, right) < j {
				v.fail(path, "right %q is there twice", right)
			}
		}
	}
}

func (v *vccChecker) checkPhones() {
	for i, p := range v.vcc.Phones {
		path := v.at("phones", i, "number")
		if v.given(path) && !dialForm.MatchString(p.Number) {
			v.fail(path, "must be 1 to 24 digits, * and #")
		}
		v.dialled(path, p.Number)
		if p.Password != "" && (p.HA1 != "" || p.HA1SHA256 != "") {
			v.fail(v.at("phones", i, "ha1"), "password or ha1 can be given, not both")
		}
		if p.HA1SHA256 != "" && p.HA1 == "" {
			v.fail(v.at("phones", i, "ha1_sha256"), "must stand beside ha1")
		}
		v.hex(v.at("phones", i, "ha1"), p.HA1, 32)
		v.hex(v.at("phones", i, "ha1_sha256"), p.HA1SHA256, 64)
	}
}

// hex checks a digest in lower-case hex.
func (v *vccChecker) hex(path string, text Secret, digits int) {
	bad := func(c rune) bool { return !strings.ContainsRune("0123456789abcdef", c) }
	if text != "" && (len(text) != digits || strings.ContainsFunc(text.Reveal(), bad)) {
		v.fail(path, "must be %d hex digits in lower case", digits)
	}
}

func (v *vccChecker) checkGroups() {
	ids, names := v.unique("the group's number"), v.unique("the group's name")
	for i, g := range v.vcc.Groups {
		ids(v.at("groups", i, "id"), strconv.Itoa(g.ID))
		names(v.at("groups", i, "name"), g.Name)
		v.name(v.at("groups", i, "name"), g.Name, maxName)
		leads := func(a Agent) bool { return a.ID == g.Leader }
		if g.Leader != 0 && !slices.ContainsFunc(v.vcc.Agents, leads) {
			v.fail(v.at("groups", i, "leader"), "no agent of this VCC has the number %d", g.Leader)
		}
	}
}

func (v *vccChecker) checkAgents() {
	for i, a := range v.vcc.Agents {
		v.agent(v.at("agents", i, "id"), strconv.Itoa(a.ID))
		v.name(v.at("agents", i, "name"), a.Name, maxName)
		if a.Account != "" {
			v.name(v.at("agents", i, "account"), a.Account, maxName)
			v.account(v.at("agents", i, "account"), a.Account)
		}
		v.checkPassword(i, a)
		v.checkRole(v.at("agents", i, "role"), a.Role)
		v.checkGroup(v.at("agents", i, "group"), a.Group)
		seen := v.unique("the skill queue")
		for j, s := range a.Skills {
			path := fmt.Sprintf("%s[%d].skill", v.at("agents", i, "skills"), j)
			if v.given(path) && v.skill(path, s.Skill) != nil {
				seen(path, s.Skill)
			}
		}
	}
}

// checkPassword holds a plain password against the rules, and a hash against its form.
func (v *vccChecker) checkPassword(i int, a Agent) {
	if a.Password != "" && a.PasswordHash != "" {
		v.fail(v.at("agents", i, "password_hash"), "password or password_hash can be given, not both")
	}
	if a.Password != "" {
		for _, rule := range password.Broken(a.ID, a.Password.Reveal()) {
			v.fail(v.at("agents", i, "password"), "%s", rule)
		}
	}
	if a.PasswordHash != "" && password.Outdated(a.PasswordHash.Reveal()) {
		v.fail(v.at("agents", i, "password_hash"), "must be an argon2id hash with the parameters $argon2id$v=19$m=19456,t=2,p=1$")
	}
}

func (v *vccChecker) checkRole(path, name string) {
	if !v.given(path) { // said before
		return
	}
	var known []string
	for _, r := range v.vcc.Roles {
		known = append(known, r.Name)
	}
	if !slices.Contains(known, name) {
		v.fail(path, "no role of this VCC is named %q%s", name, suggest(name, known))
	}
}

func (v *vccChecker) checkGroup(path, name string) {
	if name != "" {
		v.group(path, name)
	}
}

// group reports that no work group has the name.
func (v *vccChecker) group(path, name string) {
	var known []string
	for _, g := range v.vcc.Groups {
		known = append(known, g.Name)
	}
	if !slices.Contains(known, name) {
		v.fail(path, "no group of this VCC is named %q%s", name, suggest(name, known))
	}
}

func (v *vccChecker) checkNumbering() {
	kinds, lists := v.unique("the prefix"), v.unique("the prefix")
	for _, kind := range []struct {
		name     string
		prefixes []string
		seen     func(path, value string)
	}{
		{"international", v.vcc.Numbering.International, kinds}, {"national", v.vcc.Numbering.National, kinds},
		{"allowed", v.vcc.Numbering.Allowed, lists}, {"denied", v.vcc.Numbering.Denied, lists},
	} {
		for i, prefix := range kind.prefixes {
			path := fmt.Sprintf("%s.numbering.%s[%d]", v.path, kind.name, i)
			if !prefixForm.MatchString(prefix) {
				v.fail(path, "must be 1 to 24 digits, *, # and +")
			}
			kind.seen(path, prefix)
		}
	}
}

func (v *vccChecker) checkRestReasons() {
	codes := v.unique("the reason's number")
	for i, r := range v.vcc.RestReasons {
		codes(v.at("rest_reasons", i, "code"), strconv.Itoa(r.Code))
		v.name(v.at("rest_reasons", i, "name"), r.Name, maxName)
	}
}

// rights are the numbers of the rights by their names.
var rights = func() map[string]center.Right {
	all := make(map[string]center.Right, len(center.RightNames))
	for right, name := range center.RightNames {
		all[name] = right
	}
	return all
}()
