// Package media is the sound of the center: RTP sockets, jitter buffers, G.711 of both laws, rooms of who hears whom,
// prompts and recordings. It knows nothing of SIP; internal/voice tells it what was agreed (a Session) and who hears whom
// (SetRoom), and is told of digits, lost media and ended recordings (Events).
//
// Order of use:
//
//	engine, err := media.New(media.Config{...})
//	go engine.Run(ctx)                        // drives everything every 20 ms; closes the engine when ctx is done
//	leg, err := engine.NewLeg("1/i17")        // binds an even RTP port and the RTCP port above it
//	offer with leg.LocalAddr()                // the advertised address
//	leg.Configure(media.Session{...})         // once the far side's SDP is known, and again at each re-INVITE
//	engine.SetRoom("1/call", []media.Row{{Leg: "1/i17", Plays: "music"}})
//	engine.SetRoom("1/call", []media.Row{{Leg: "1/i17", Hears: []media.LegID{"1/o3"}}, {Leg: "1/o3", Hears: ...}})
//	engine.StartRecording("r1", "/data/rec/r1.wav", "1/o3", "1/call")
//	engine.StopRecording("r1")                // Events.RecordingEnded follows when the file is safe on disk
//	engine.SetRoom("1/call", nil)             // the room is closed
//	leg.Close()                               // RTCP BYE; the ports cool down before they are used again
//
// Names (LegID, RoomID, RecordingID) must be unique in the engine: where one engine serves several VCCs, the caller puts the
// VCC in front. All methods may be called from any goroutine. None of them waits for the network, a disk or the schedulers,
// but for Leg.Close and Engine.Close, which wait for goroutines that are told to end and end at once.
//
// A leg that is configured always sends: one packet of 20 ms after the other, silence if it hears nothing, while the session's
// direction allows sending. A leg in no room hears silence. See DESIGN.md for the rules of the latch and the schedulers.
package media
