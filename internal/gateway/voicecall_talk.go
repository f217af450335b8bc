package gateway

import (
	"math"
	"strings"

	"ccgateway/internal/center"
)

// More of the calls of an agent (voicecall.yaml): consulting, handing on, joining, muting, keys.

func previewCallOut(q *request) center.Command {
	body := q.fromBody()
	return center.PreviewCallOut{By: q.by(), Called: called(body), Control: control(body)}
}

func cancelPreview(q *request) center.Command {
	return center.CancelPreview{By: q.by(), Control: control(q.fromBody())}
}

func control(body fields) int64 { return int64(body.need("callcontrolid", 0, math.MaxInt)) }

func callInnerSkill(q *request) center.Command {
	return center.CallInnerSkill{By: q.by(), Skill: center.SkillID(q.fromBody().need("skillId", 1, maxSkill))}
}

func snatchPickup(q *request) center.Command {
	return center.SnatchPickup{By: q.by(), Of: q.fromQuery().agent("destWorkNo")}
}

// requestAppointedCall: skilltype stands in the path, but the queue alone says all that a center has to know; it is only read. The page has 0,
// generated clients 1 too.
func requestAppointedCall(q *request) center.Command {
	q.pathNumber("skilltype", 0, 1)
	return center.RequestWaiting{
		By: q.by(), Call: q.pathCall("callid"), Skill: center.SkillID(q.fromQuery().need("skillId", 1, maxSkill)),
	}
}

func connectHold(q *request) center.Command {
	return center.ConnectHeld{By: q.by(), Call: q.pathCall("callid")}
}

func beginMute(q *request) center.Command { return center.BeginMute{By: q.by()} }
func endMute(q *request) center.Command   { return center.EndMute{By: q.by()} }

func secondDialEx(q *request) center.Command {
	return center.SecondDial{By: q.by(), Digits: q.fromQuery().needNumber("number")}
}

// secondDial is the older form; its keys may have commas, which are pauses, as in numbers to be dialled.
func secondDial(q *request) center.Command {
	path := q.fromPath()
	keys := path.required("number", maxNumber)
	if strings.Trim(keys, "0123456789*#,") != "" {
		path.wrong("number", "is not made of digits, *, # and commas")
	}
	return center.SecondDial{By: q.by(), Digits: keys}
}

// innerHelp: to an agent and for two parties, where nothing else is said (cec_07_1236).
func innerHelp(q *request) center.Command {
	body := q.fromBody()
	kind := center.DeviceType(body.integer("devicetype", int(center.DeviceAgent), int(center.DeviceSkill), int(center.DeviceAgent)))
	return center.InnerHelp{
		By: q.by(), To: center.Device{Type: kind, Address: address(body, "dstaddress", kind)},
		Mode: center.HelpMode(body.integer("mode", int(center.HelpTwoParty), int(center.HelpTwoParty), int(center.HelpThreeParty))),
		Data: newData(body), Hold: body.flag("holdflag", true),
	}
}

func confJoin(q *request) center.Command {
	body := q.fromBody()
	body.required("callid", maxCallID)
	return center.ConfJoin{By: q.by(), Call: body.callID("callid"), Data: newData(body)}
}

// transferModes translates the numbers of modes, which differ inside and outside (call-model.md section 4). Mode 3 to an agent is for his
// private queue. There are none here, so it is a blind transfer: one who can take the call has it at once either way.
var transferModes = map[center.DeviceType]map[int]center.TransferMode{
	center.DeviceSkill:   {0: center.TransferBlind, 2: center.TransferSuccess},
	center.DeviceAgent:   {0: center.TransferBlind, 2: center.TransferSuccess, 3: center.TransferBlind},
	center.DeviceFlow:    {0: center.TransferBlind, 1: center.TransferSuspend},
	center.DeviceCode:    {0: center.TransferBlind, 2: center.TransferSuccess},
	center.DeviceOutside: {1: center.TransferBlind, 2: center.TransferSuccess, 3: center.TransferTalk, 4: center.TransferThree},
}

// transfer: caller, mediaability and skillId are read only for the targets they are for (cec_07_1242).
func transfer(q *request) center.Command {
	body := q.fromBody()
	kind := center.DeviceType(body.need("devicetype", int(center.DeviceSkill), int(center.DeviceOutside)))
	cmd := center.Transfer{
		By: q.by(), To: center.Device{Type: kind, Address: address(body, "address", kind)}, Data: newData(body),
		Hold: body.flag("holdflag", true),
	}
	mode, known := transferModes[kind][body.need("mode", 0, 4)]
	if !known {
		body.wrong("mode", "does not go with this devicetype")
	}
	cmd.Mode = mode
	switch kind {
	case center.DeviceOutside:
		body.integer("mediaability", mediaVoice, mediaVoice, mediaBest) // only voice can be had
		cmd.Caller = body.number("caller")
	case center.DeviceAgent:
		cmd.Skill = skill(body)
	}
	return cmd
}

// address reads where a help call or a transfer goes: digits, but outside also the letters A to E, * and #.
func address(body fields, name string, kind center.DeviceType) string {
	text := body.required(name, maxNumber)
	letters := "0123456789"
	if kind == center.DeviceOutside {
		letters += "ABCDEabcde*#"
	}
	if strings.Trim(text, letters) != "" {
		body.wrong(name, "has characters that addresses of this devicetype do not have")
	}
	switch kind {
	case center.DeviceAgent:
		body.agent(name)
	case center.DeviceSkill:
		body.need(name, 1, maxSkill)
	}
	return text
}

// newData gives data that replaces the call's; nil = it keeps its own. An empty text is no data: it stands in the page's own examples of
// transfer and confjoin beside the empty caller, and desktops send all their members always.
func newData(body fields) *string {
	if data, _ := body.raw("callappdata", maxCallData); data != "" {
		return &data
	}
	return nil
}

func cancelTransfer(q *request) center.Command { return center.CancelTransfer{By: q.by()} }

func disconnect(q *request) center.Command {
	return center.Disconnect{By: q.by(), Number: q.fromPath().needNumber("number")}
}

func releasePhone(q *request) center.Command { return center.ReleasePhone{By: q.by()} }

// mediaSwitch: mediaType 1 is voice, 3 video (cec_07_1249).
func mediaSwitch(q *request) center.Command {
	const voice, video = 1, 3
	query := q.fromQuery()
	media := query.need("mediaType", voice, video)
	if media == 2 {
		query.wrong("mediaType", "is neither 1 nor 3")
	}
	cmd := center.SwitchMedia{By: q.by(), Video: media == video}
	direction := query.integer("videoDirection", directionNone, directionReceives, directionNone)
	if cmd.Video {
		cmd.Direction = direction
	}
	return cmd
}

func transmitNumber(q *request) center.Command { return center.TransmitNumber{By: q.by()} }

// Why what only video calls and a recognizer have is refused.
const (
	noVideo      = "this center carries voice only, so the call has no picture"
	noRecognizer = "no speech recognition is connected"
)

func videoMode(q *request)      { q.fromBody().need("mode", 0, 3) }
func recognizedCall(q *request) { q.fromQuery().required("callId", maxCallID) }

// Bounds of what is read out.
const (
	maxSpoken = 1000 // characters; about a minute of speech
	maxPrompt = 64   // characters of a prompt's name
)

// reportSound: the members of its body are known nowhere, so they are our own. What is given is heard in this order: prompt (the name
// of a prompt), text (read out), digits (read out one by one).
func reportSound(q *request) center.Command {
	body := q.fromBody()
	cmd := center.ReportSound{By: q.by()}
	if prompt := body.text("prompt", maxPrompt); prompt != "" {
		if strings.ContainsAny(prompt, `/\`) || strings.HasPrefix(prompt, ".") {
			body.wrong("prompt", "is not the name of a prompt")
		}
		cmd.Say = append(cmd.Say, center.Sound{Prompt: prompt})
	}
	if text := body.text("text", maxSpoken); text != "" {
		cmd.Say = append(cmd.Say, center.Sound{Text: text})
	}
	if digits := body.number("digits"); digits != "" {
		cmd.Say = append(cmd.Say, center.Sound{Digits: digits})
	}
	if len(cmd.Say) == 0 {
		body.wrong("prompt, text or digits", "is missing")
	}
	return cmd
}
