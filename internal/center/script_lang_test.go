package center_test

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"ccgateway/internal/center"
)

// commands has the commands that a script can write by their name, with the field that may stand without a name.
var commands = map[string]struct {
	zero  center.Command
	first string
}{
	"SignIn":            {center.SignIn{}, "Phone"},
	"SignOut":           {center.SignOut{}, "Reason"},
	"Touch":             {center.Touch{}, ""},
	"Authenticate":      {center.Authenticate{}, ""},
	"RenewToken":        {center.RenewToken{}, "NewToken"},
	"PasswordChanged":   {center.PasswordChanged{}, ""},
	"SyncInfo":          {center.SyncInfo{}, ""},
	"BindPhone":         {center.BindPhone{}, "Phone"},
	"SetForwarding":     {center.SetForwarding{}, "Number"},
	"SayFree":           {center.SayFree{}, ""},
	"SayBusy":           {center.SayBusy{}, "Reason"},
	"CancelBusy":        {center.CancelBusy{}, ""},
	"Rest":              {center.Rest{}, "Seconds"},
	"CancelRest":        {center.CancelRest{}, ""},
	"SayWork":           {center.SayWork{}, ""},
	"CancelWork":        {center.CancelWork{}, ""},
	"SetAutoAnswer":     {center.SetAutoAnswer{}, "On"},
	"SetAutoEnterIdle":  {center.SetAutoEnterIdle{}, "On"},
	"SetTalkRight":      {center.SetTalkRight{}, "On"},
	"ResetSkill":        {center.ResetSkill{}, "Skills"},
	"SetCustomState":    {center.SetCustomState{}, "State"},
	"CustomState":       {center.CustomState{}, ""},
	"CancelCustomState": {center.CancelCustomState{}, ""},
	"SetSelfRecord":     {center.SetSelfRecord{}, "On"},
	"SendNote":          {center.SendNote{}, "Text"},
	"SendBulletin":      {center.SendBulletin{}, "Text"},
	"CallOut":           {center.CallOut{}, "Called"},
	"CallInner":         {center.CallInner{}, "Called"},
	"Answer":            {center.Answer{}, "Call"},
	"Reject":            {center.Reject{}, "Mode"},
	"Release":           {center.Release{}, ""},
	"DropCall":          {center.DropCall{}, "Call"},
	"Hold":              {center.Hold{}, ""},
	"GetHold":           {center.GetHold{}, "Call"},
	"PhonePickUp":       {center.PhonePickUp{}, ""},
	"PhoneHangUp":       {center.PhoneHangUp{}, ""},
	"SetCallData":       {center.SetCallData{}, "Data"},
	"CallData":          {center.CallData{}, "Call"},
	"CurrentCall":       {center.CurrentCall{}, ""},
	"OfferedCall":       {center.OfferedCall{}, ""},
	"CallByID":          {center.CallByID{}, "Call"},
	"ForceSignOut":      {center.ForceSignOut{}, "Target"},
	"ForceBusy":         {center.ForceBusy{}, "Target"},
	"ForceIdle":         {center.ForceIdle{}, "Target"},
	"ForceRest":         {center.ForceRest{}, "Target"},
	"Status":            {center.Status{}, ""},
	"ConfiguredSkills":  {center.ConfiguredSkills{}, "Of"},
	"SignedInSkills":    {center.SignedInSkills{}, "Of"},
	"VCCSkills":         {center.VCCSkills{}, ""},
	"OnlineAgents":      {center.OnlineAgents{}, ""},
	"AgentByNumber":     {center.AgentByNumber{}, "Of"},
	"IsInspector":       {center.IsInspector{}, ""},
	"Waiting":           {center.Waiting{}, ""},
	"SkillWaiting":      {center.SkillWaiting{}, "Skill"},
	"CallArrived":       {center.CallArrived{}, "Leg"},
	"LegRinging":        {center.LegRinging{}, "Leg"},
	"LegAnswered":       {center.LegAnswered{}, "Leg"},
	"LegEnded":          {center.LegEnded{}, "Leg"},
	"LegHeld":           {center.LegHeld{}, "Leg"},
	"Digit":             {center.Digit{}, "Leg"},
	"PhoneState":        {center.PhoneState{}, "Phone"},
	"RecordingFailed":   {center.RecordingFailed{}, "Recording"},
	"RecordingQuiet":    {center.RecordingQuiet{}, "Recording"},
	"Tick":              {center.Tick{}, ""},
	"Drain":             {center.Drain{}, ""},
	"Configure":         {center.Configure{}, ""},
	"Expel":             {center.Expel{}, "Session"},
	"Look":              {center.Look{}, ""},
	"Count":             {center.Count{}, ""},
	"Survey":            {center.Survey{}, ""},
	"Why":               {center.Why{}, ""},
	"Sessions":          {center.Sessions{}, ""},
	"Restarted":         {center.Restarted{}, ""},
	"CallInnerSkill":    {center.CallInnerSkill{}, "Skill"},
	"PreviewCallOut":    {center.PreviewCallOut{}, "Called"},
	"CancelPreview":     {center.CancelPreview{}, "Control"},
	"SnatchPickup":      {center.SnatchPickup{}, "Of"},
	"RequestWaiting":    {center.RequestWaiting{}, "Call"},
	"ConnectHeld":       {center.ConnectHeld{}, "Call"},
	"BeginMute":         {center.BeginMute{}, ""},
	"EndMute":           {center.EndMute{}, ""},
	"SecondDial":        {center.SecondDial{}, "Digits"},
	"InnerHelp":         {center.InnerHelp{}, "To"},
	"ConfJoin":          {center.ConfJoin{}, "Call"},
	"Transfer":          {center.Transfer{}, "To"},
	"CancelTransfer":    {center.CancelTransfer{}, ""},
	"Disconnect":        {center.Disconnect{}, "Number"},
	"ReleasePhone":      {center.ReleasePhone{}, ""},
	"SwitchMedia":       {center.SwitchMedia{}, "Video"},
	"TransmitNumber":    {center.TransmitNumber{}, ""},
	"ReportSound":       {center.ReportSound{}, "Say"},
	"BeginRecord":       {center.BeginRecord{}, "File"},
	"StopRecord":        {center.StopRecord{}, ""},
	"PauseRecord":       {center.PauseRecord{}, ""},
	"ResumeRecord":      {center.ResumeRecord{}, ""},
	"RecordScreen":      {center.RecordScreen{}, ""},
	"BeginPlay":         {center.BeginPlay{}, "Path"},
	"PausePlay":         {center.PausePlay{}, ""},
	"ResumePlay":        {center.ResumePlay{}, ""},
	"MovePlay":          {center.MovePlay{}, "MS"},
	"EndPlay":           {center.EndPlay{}, ""},
	"MayHear":           {center.MayHear{}, "Owner"},
	"CallIDs":           {center.CallIDs{}, "Of"},
	"HeldCalls":         {center.HeldCalls{}, "Of"},
	"WaitingCalls":      {center.WaitingCalls{}, "Skill"},
	"Statistics":        {center.Statistics{}, ""},
	"AllAgents":         {center.AllAgents{}, ""},
	"WorkGroups":        {center.WorkGroups{}, ""},
	"WorkGroupOf":       {center.WorkGroupOf{}, "Of"},
	"GroupAgents":       {center.GroupAgents{}, "Group"},
	"MayPickUp":         {center.MayPickUp{}, ""},
	"SignedInWaiting":   {center.SignedInWaiting{}, ""},
	"SkillsOfVCC":       {center.SkillsOfVCC{}, "VCC"},
	"AccessNumbers":     {center.AccessNumbers{}, ""},
	"FlowNumbers":       {center.FlowNumbers{}, ""},
	"SkillAgents":       {center.SkillAgents{}, "Skills"},
	"RestCauses":        {center.RestCauses{}, ""},
	"SkillFigures":      {center.SkillFigures{}, "Skills"},
	"Inspect":           {center.Inspect{}, "Target"},
	"SwitchInspection":  {center.SwitchInspection{}, "Target"},
	"StopInspection":    {center.StopInspection{}, "Target"},
	"Intercept":         {center.Intercept{}, "Target"},
	"ForceDrop":         {center.ForceDrop{}, "Call"},
	"AdjustSkill":       {center.AdjustSkill{}, "Target"},
	"BeginMonitor":      {center.BeginMonitor{}, ""},
	"EndMonitor":        {center.EndMonitor{}, ""},
	"PickRecorded":      {center.PickRecorded{}, "On"},
	"UnpickRecorded":    {center.UnpickRecorded{}, ""},
	"FlowAnswer":        {center.FlowAnswer{}, "Call"},
	"FlowPlay":          {center.FlowPlay{}, "Call"},
	"FlowHush":          {center.FlowHush{}, "Call"},
	"FlowSecret":        {center.FlowSecret{}, "Call"},
	"FlowData":          {center.FlowData{}, "Call"},
	"FlowQueue":         {center.FlowQueue{}, "Call"},
	"FlowLeave":         {center.FlowLeave{}, "Call"},
	"FlowTransfer":      {center.FlowTransfer{}, "Call"},
	"FlowCallBack":      {center.FlowCallBack{}, "Call"},
	"FlowRecord":        {center.FlowRecord{}, "Call"},
	"FlowStopRecord":    {center.FlowStopRecord{}, "Call"},
	"FlowReturn":        {center.FlowReturn{}, "Call"},
	"FlowHangUp":        {center.FlowHangUp{}, "Call"},
	"OfferPreview":      {center.OfferPreview{}, "Skill"},
	"WithdrawPreview":   {center.WithdrawPreview{}, "Control"},
	"PlayEnded":         {center.PlayEnded{}, "Play"},
}

// TestScript_Commands checks that every command of the package can be written in a script, and so is given by the simulation.
func TestScript_Commands(t *testing.T) {
	for _, name := range center.CommandNames(t) {
		if _, ok := commands[name]; !ok {
			t.Errorf("command %s is not known to the scripts", name)
		}
	}
}

// signInDefaults are those of the interface (connection.md section 6).
var signInDefaults = center.SignIn{AutoAnswer: true, AutoEnterIdle: true, ReleasePhone: true, AgentType: 4, Status: 4, IP: "127.0.0.1", Chat: true}

// words splits a line at blanks; "..." keeps a word together, also behind a name (Text="two words").
func words(line string) ([]string, error) {
	var out []string
	var b strings.Builder
	quoted, open := false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted, open = !quoted, true
		case !quoted && (r == ' ' || r == '\t'):
			if open {
				out = append(out, b.String())
				b.Reset()
				open = false
			}
		default:
			b.WriteRune(r)
			open = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quotation mark is missing")
	}
	if open {
		out = append(out, b.String())
	}
	return out, nil
}

// fill sets the fields of *dst from words: "Name=value", "Name" and "-Name" for a bool, or a bare value for the field first.
func (n *naming) fill(dst reflect.Value, first string, args []string) error {
	for _, arg := range args {
		name, text, named := strings.Cut(arg, "=")
		on := !strings.HasPrefix(name, "-")
		name = strings.TrimPrefix(name, "-")
		f := dst.FieldByName(name)
		if !named {
			if f.IsValid() && f.Kind() == reflect.Bool {
				f.SetBool(on)
				continue
			}
			if first == "" {
				return fmt.Errorf("what is %q?", arg)
			}
			f, text = dst.FieldByName(first), arg
			first = ""
		}
		if !f.IsValid() {
			return fmt.Errorf("no field %q", name)
		}
		if err := n.set(f, text); err != nil {
			return fmt.Errorf("%s: %w", arg, err)
		}
	}
	return nil
}

func (n *naming) set(f reflect.Value, text string) error {
	switch f.Addr().Interface().(type) {
	case *center.CallID:
		f.SetString(string(n.id(text)))
		return nil
	case *center.RecordingID: // the call's name with what follows it
		call, rest, _ := strings.Cut(text, "-")
		f.SetString(string(n.id(call)) + "-" + rest)
		return nil
	case *center.LegID:
		f.SetString(string(legID(text)))
		return nil
	case *center.Token:
		f.Set(reflect.ValueOf(tokenOf(text)))
		return nil
	case *center.Cause:
		for c, name := range causes {
			if name == text {
				f.SetInt(int64(c))
				return nil
			}
		}
		return fmt.Errorf("unknown cause")
	case *time.Duration:
		d, err := time.ParseDuration(text)
		f.SetInt(int64(d))
		return err
	case *center.Push:
		url, token, _ := strings.Cut(text, ",")
		f.Set(reflect.ValueOf(center.Push{URL: url, Token: token, Old: token == ""}))
		return nil
	case *center.Device: // type:address
		kind, address, _ := strings.Cut(text, ":")
		number, err := strconv.Atoi(kind)
		f.Set(reflect.ValueOf(center.Device{Type: center.DeviceType(number), Address: address}))
		return err
	case *[]center.Sound:
		f.Set(reflect.ValueOf([]center.Sound{{Text: text}}))
		return nil
	case *[]center.AgentSkill:
		return n.setSkills(f, text)
	}
	return n.setKind(f, text)
}

func (n *naming) setKind(f reflect.Value, text string) error {
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
		return nil
	case reflect.Bool:
		v, err := strconv.ParseBool(text)
		f.SetBool(v)
		return err
	case reflect.Int, reflect.Int64:
		v, err := strconv.ParseInt(text, 10, 64)
		f.SetInt(v)
		return err
	case reflect.Uint64:
		v, err := strconv.ParseUint(text, 10, 64)
		f.SetUint(v)
		return err
	case reflect.Uint8:
		f.SetUint(uint64(text[0]))
		return nil
	case reflect.Slice:
		for part := range strings.SplitSeq(text, ",") {
			f.Set(reflect.Append(f, reflect.Zero(f.Type().Elem())))
			if err := n.set(f.Index(f.Len()-1), part); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("cannot set a %s", f.Type())
}

// setSkills reads an agent's skills: "1:50,2:30", weight 50 where none is given.
func (n *naming) setSkills(f reflect.Value, text string) error {
	var skills []center.AgentSkill
	for part := range strings.SplitSeq(text, ",") {
		id, weight, ok := strings.Cut(part, ":")
		if !ok {
			weight = "50"
		}
		i, err := strconv.Atoi(id)
		if err != nil {
			return err
		}
		w, err := strconv.Atoi(weight)
		if err != nil {
			return err
		}
		skills = append(skills, center.AgentSkill{Skill: center.SkillID(i), Weight: w})
	}
	f.Set(reflect.ValueOf(skills))
	return nil
}

// tokenOf is the token of the GUID that a script calls name.
func tokenOf(name string) center.Token { return sha256.Sum256([]byte(name)) }
