// Code generated from codes.yaml by internal/result/gen. DO NOT EDIT.

package result

// The codes that the program answers with.
const (
	// WrongEventMethod: events were asked for with a method that does not fit the configured way of getting events.
	WrongEventMethod Code = "000-001"
	// BadArgument: a URL part, query value or body member is missing, malformed or out of range.
	BadArgument Code = "000-002"
	// NoRight: caller may not use this interface: GUID missing, wrong or expired.
	NoRight Code = "000-003"
	// SelfInspection: the inspector named himself as the agent to inspect.
	SelfInspection Code = "000-005"
	// RepeatedCall: the interface was called again before the earlier call was answered.
	RepeatedCall Code = "000-007"
	// BadSignIn: sign-in argument empty or not allowed.
	BadSignIn Code = "100-001"
	// AlreadySignedIn: agent is signed in already.
	AlreadySignedIn Code = "100-002"
	// PlatformUnavailable: the platform was not reachable or refused without giving a reason during sign-in (its ResourceUnavailable or ProviderUnavailable exception).
	PlatformUnavailable Code = "100-003"
	// WrongPassword: wrong agent number or password.
	WrongPassword Code = "100-004"
	// BadSignOut: sign-out argument not allowed.
	BadSignOut Code = "100-005"
	// NotSignedIn: agent is not signed in (here).
	NotSignedIn Code = "100-006"
	// OperationFailed: the operation failed inside: platform configuration server unreachable or internal error.
	OperationFailed Code = "100-007"
	// StateRefused: agent state could not be set, for instance for lack of the right to do so.
	StateRefused Code = "100-009"
	// WrongStateAtSignOut: sign-out not possible in the present state.
	WrongStateAtSignOut Code = "100-010"
	// BadSignInParameter: an argument of sign-in was rejected by the platform.
	BadSignInParameter Code = "100-011"
	// WrongAgentType: agent type not allowed at sign-in.
	WrongAgentType Code = "100-012"
	// BadPhone: the phone to bind to the agent is not valid.
	BadPhone Code = "100-013"
	// PhoneOutOfRange: phone number lies outside the configured ranges.
	PhoneOutOfRange Code = "100-014"
	// BadIP: client IP address given at sign-in is not valid.
	BadIP Code = "100-016"
	// BadSkillQuery: argument of a skill-queue query not allowed.
	BadSkillQuery Code = "100-019"
	// PasswordExpired: password of the agent has expired.
	PasswordExpired Code = "100-020"
	// SignInRunning: sign-in of this agent is still running, do not repeat it.
	SignInRunning Code = "100-021"
	// AccountFailure: sign-in by account failed for another reason.
	AccountFailure Code = "100-060"
	// AccountLocked: account is locked.
	AccountLocked Code = "100-061"
	// WrongAccount: wrong account or password.
	WrongAccount Code = "100-062"
	// DownloadsOff: download of recordings is switched off.
	DownloadsOff Code = "104-001"
	// NoRecordRight: caller has no right to inspect or play recordings.
	NoRecordRight Code = "104-002"
	// BadRecordName: file name not allowed.
	BadRecordName Code = "104-003"
	// NoRecording: recording file does not exist.
	NoRecording Code = "104-005"
	// BadRecordFormat: recording file format not supported.
	BadRecordFormat Code = "104-007"
	// NoRecordFormat: system parameter for the recording format not configured.
	NoRecordFormat Code = "104-008"
	// ConversionFailed: conversion of the recording failed.
	ConversionFailed Code = "104-009"
	// AgentLocked: account is locked.
	AgentLocked Code = "110-016"
	// NumberNotAllowed: number to call not allowed.
	NumberNotAllowed Code = "200-001"
	// NothingToAnswer: nothing to answer: no call.
	NothingToAnswer Code = "200-002"
	// NothingToMute: nothing to mute: no call.
	NothingToMute Code = "200-003"
	// CannotMute: call is in the wrong state for mute.
	CannotMute Code = "200-004"
	// NothingToConnect: connect-hold: no call.
	NothingToConnect Code = "200-005"
	// NoHeldToConnect: connect-hold: no held call.
	NoHeldToConnect Code = "200-006"
	// NothingToUnmute: nothing to unmute: no call.
	NothingToUnmute Code = "200-007"
	// CannotUnmute: call is in the wrong state for unmute.
	CannotUnmute Code = "200-008"
	// NothingToReport: announcement to the caller (report voice): no call.
	NothingToReport Code = "200-009"
	// NothingToJoin: three-party call: no present call.
	NothingToJoin Code = "200-010"
	// NoHeldToJoin: three-party call: no held call.
	NoHeldToJoin Code = "200-011"
	// NothingToTransfer: transfer: no call.
	NothingToTransfer Code = "200-012"
	// NothingToHold: hold: no call.
	NothingToHold Code = "200-013"
	// CannotHold: call is in the wrong state for hold.
	CannotHold Code = "200-014"
	// NoHeldCall: retrieve: no held call.
	NoHeldCall Code = "200-015"
	// CannotRetrieve: call is in the wrong state for retrieve.
	CannotRetrieve Code = "200-016"
	// NothingToRelease: release: no call.
	NothingToRelease Code = "200-017"
	// NothingToConsult: internal consultation: no call.
	NothingToConsult Code = "200-018"
	// NothingToFreeze: freeze picture: no call.
	NothingToFreeze Code = "200-019"
	// NothingToUnfreeze: unfreeze picture: no call.
	NothingToUnfreeze Code = "200-021"
	// NothingToDisconnect: release by number: no call.
	NothingToDisconnect Code = "200-023"
	// NoSuchParty: release by number: no call with this number.
	NoSuchParty Code = "200-024"
	// NothingToDrop: drop call: no call.
	NothingToDrop Code = "200-025"
	// NoSuchCall: call does not exist.
	NoSuchCall Code = "200-026"
	// NoVideoLayout: picture layout of a three-party video call could not be set.
	NoVideoLayout Code = "200-031"
	// NoRecognition: speech recognition could not be started.
	NoRecognition Code = "200-040"
	// AgentQueryRefused: no right to query agents.
	AgentQueryRefused Code = "300-001"
	// NoSuchAgent: query of agents: no agent found.
	NoSuchAgent Code = "300-002"
	// NoSuchAgentInGroup: query of an agent group: agent not known.
	NoSuchAgentInGroup Code = "300-003"
	// NoSuchGroup: query of an agent group: group not known.
	NoSuchGroup Code = "300-004"
	// NoCallForData: set call-associated data: no call.
	NoCallForData Code = "400-001"
	// NoDataToSet: set call-associated data: nothing to set.
	NoDataToSet Code = "400-002"
	// NoneHeld: list of held calls is empty.
	NoneHeld Code = "400-003"
	// CannotRewind: rewind not possible in the present state.
	CannotRewind Code = "500-001"
	// CannotForward: fast forward not possible in the present state.
	CannotForward Code = "500-002"
	// CannotPausePlay: pause of playback not possible in the present state.
	CannotPausePlay Code = "500-003"
	// CannotPauseRecord: pause of recording not possible in the present state.
	CannotPauseRecord Code = "500-004"
	// CannotResumePlay: resume of playback not possible in the present state.
	CannotResumePlay Code = "500-005"
	// CannotResumeRecord: resume of recording not possible in the present state.
	CannotResumeRecord Code = "500-006"
	// CannotPlay: start of playback not possible in the present state.
	CannotPlay Code = "500-007"
	// CannotRecord: start of recording not possible in the present state.
	CannotRecord Code = "500-008"
	// CannotStopPlay: stop of playback not possible in the present state.
	CannotStopPlay Code = "500-009"
	// CannotStopRecord: stop of recording not possible in the present state.
	CannotStopRecord Code = "500-010"
	// NoSkillOnAgent: queues of an agent: agent not known or without queues.
	NoSkillOnAgent Code = "600-001"
	// NoSkillOnVCC: queues of a given tenant: none configured.
	NoSkillOnVCC Code = "600-002"
	// NoAccessCode: access codes of the own tenant: none configured.
	NoAccessCode Code = "600-003"
	// NoFlow: IVR of the own tenant: none configured.
	NoFlow Code = "600-004"
	// NoSkillQueue: queues of the own tenant: none configured.
	NoSkillQueue Code = "600-005"
	// InspectionNoProvider: quality-control call failed with the platform exception NOPROVIDER.
	InspectionNoProvider Code = "900-001"
	// InspectionNoRight: quality-control call refused: caller lacks the right.
	InspectionNoRight Code = "900-002"
	// InspectionUnavailable: quality-control call failed with the platform exception ResourceUnavailable.
	InspectionUnavailable Code = "900-003"
	// InspectionNoSuchAgent: monitoring: no data about the agent.
	InspectionNoSuchAgent Code = "900-004"
	// InspectionWrongState: quality-control call not possible in the present state.
	InspectionWrongState Code = "900-005"
	// NoKeyRelay: keys could not be relayed to the third party.
	NoKeyRelay Code = "10001"
)

// texts has the short text of every code of the reference.
var texts = map[Code]string{
	"000-000": "unknown error",
	"000-001": "events were asked for with a method that does not fit the configured way of getting events",
	"000-002": "a URL part, query value or body member is missing, malformed or out of range",
	"000-003": "caller may not use this interface: GUID missing, wrong or expired",
	"000-004": "the agent session is being moved to another gateway node",
	"000-005": "the inspector named himself as the agent to inspect",
	"000-006": "message argument error",
	"000-007": "the interface was called again before the earlier call was answered",
	"100-001": "sign-in argument empty or not allowed",
	"100-002": "agent is signed in already",
	"100-003": "the platform was not reachable or refused without giving a reason during sign-in (its ResourceUnavailable or ProviderUnavailable exception)",
	"100-004": "wrong agent number or password",
	"100-005": "sign-out argument not allowed",
	"100-006": "agent is not signed in (here)",
	"100-007": "the operation failed inside: platform configuration server unreachable or internal error",
	"100-008": "agent has signed out already",
	"100-009": "agent state could not be set, for instance for lack of the right to do so",
	"100-010": "sign-out not possible in the present state",
	"100-011": "an argument of sign-in was rejected by the platform",
	"100-012": "agent type not allowed at sign-in",
	"100-013": "the phone to bind to the agent is not valid",
	"100-014": "phone number lies outside the configured ranges",
	"100-015": "agent is signed in and must not be pushed out",
	"100-016": "client IP address given at sign-in is not valid",
	"100-017": "authentication at the portal (uPortal) failed",
	"100-018": "tenant (VDN) of the agent and tenant of the announcement differ",
	"100-019": "argument of a skill-queue query not allowed",
	"100-020": "password of the agent has expired",
	"100-021": "sign-in of this agent is still running, do not repeat it",
	"100-060": "sign-in by account failed for another reason",
	"100-061": "account is locked",
	"100-062": "wrong account or password",
	"101-001": "agent has no conference",
	"101-002": "agent is not the chairperson of the present conference",
	"101-003": "agent is in a conference already",
	"101-004": "only an inspector may list the conferences of the tenant",
	"101-005": "the chair cannot be handed to the one who holds it",
	"101-006": "the chairperson cannot remove himself",
	"101-007": "the chairperson cannot leave the conference (he has to end it)",
	"104-001": "download of recordings is switched off",
	"104-002": "caller has no right to inspect or play recordings",
	"104-003": "file name not allowed",
	"104-004": "no mapping for the drive letter configured",
	"104-005": "recording file does not exist",
	"104-006": "not enough free space",
	"104-007": "recording file format not supported",
	"104-008": "system parameter for the recording format not configured",
	"104-009": "conversion of the recording failed",
	"104-010": "locationId missing although several sites share the platform (pool mode)",
	"104-011": "recording file could not be deleted",
	"104-012": "recording file could not be fetched from object storage",
	"105-001": "shared cache holds no data of the agent",
	"105-002": "recovery of the agent is under way",
	"105-003": "recovery is finished already",
	"105-004": "agent could not be put into the recovery queue",
	"105-005": "waiting for recovery took too long, agent has to sign in again",
	"105-006": "GUID does not fit the one kept for recovery, agent has to sign in again",
	"105-007": "recovery is switched off, agent has to sign in again",
	"106-001": "multimedia is switched off on the server",
	"106-002": "message to send is empty",
	"106-003": "more sessions asked for than the limit of 60",
	"106-004": "target device type of a session transfer not allowed",
	"106-008": "not visible; raised when the session limits of an agent are set",
	"106-011": "not visible; raised by the queries about a web or video connection",
	"106-012": "not visible; raised when the session limit of one medium is set",
	"106-015": "not visible; raised by the queries about a web or video connection",
	"107-000": "sign-in data of the configuration user gone from the cache, sign in again",
	"107-001": "configuration interface threw an exception",
	"107-002": "argument not allowed or mandatory member empty",
	"107-003": "sign-in failed: wrong user name or password",
	"107-004": "configuration failed",
	"107-005": "no communication with the configuration interface",
	"107-007": "authentication before the configuration call failed",
	"107-010": "adding one or many agents failed",
	"107-011": "changing one or many agents failed",
	"107-012": "query of agents failed",
	"107-013": "deleting an agent failed",
	"107-014": "adding a role failed",
	"107-015": "changing a role failed",
	"107-016": "query of roles failed",
	"107-017": "deleting a role failed",
	"107-018": "adding a called number failed",
	"107-019": "changing a called number failed",
	"107-020": "query of called numbers failed",
	"107-021": "deleting a called number failed",
	"107-022": "changing the tenant (VDN) failed",
	"107-023": "query of the tenant failed",
	"107-024": "query of IVR flows failed",
	"107-025": "file name of the IVR flow is empty",
	"107-026": "subscription failed",
	"107-027": "registering the subscription failed",
	"107-028": "subscription request failed",
	"107-029": "subscription request timed out",
	"107-030": "other subscription error",
	"107-031": "cancelling the subscription failed",
	"107-032": "handshake of the subscription failed",
	"107-033": "adding a system access code failed",
	"107-034": "changing a system access code failed",
	"107-035": "query of system access codes failed",
	"107-036": "deleting a system access code failed",
	"107-037": "adding an IVR service process failed",
	"107-038": "changing an IVR service process failed",
	"107-039": "query of IVR service processes failed",
	"107-040": "deleting an IVR service process failed",
	"107-041": "adding a tenant at system level failed",
	"107-042": "changing a tenant at system level failed",
	"107-043": "query of tenants at system level failed",
	"107-044": "deleting a tenant at system level failed",
	"107-045": "tenant id and tenant name of a delete request do not belong together",
	"107-049": "access code of the flow for pushing a recognition result not obtained",
	"107-050": "service token for pushing a recognition result not obtained",
	"107-051": "service token for pushing a recognition result not valid",
	"107-052": "pushing a recognition result failed",
	"107-053": "request for pushing a recognition result was wrong",
	"107-054": "pushing a recognition result timed out",
	"107-055": "opening the dialog-flow (ODFS) session failed",
	"107-056": "exchange in the dialog-flow session failed",
	"107-057": "closing the dialog-flow connection failed",
	"107-064": "adding a multimedia user of the voice platform (UAP) failed",
	"107-065": "query of multimedia users of the voice platform failed",
	"107-066": "configuration of the voice platform failed",
	"107-067": "changing the password of a multimedia user of the voice platform failed",
	"107-106": "the dialog-flow session was initialised more than once",
	"107-107": "reserved for the configuration proxy inside the platform base (range 107-107 to 107-109)",
	"107-108": "see 107-107",
	"107-109": "see 107-107",
	"110-002": "changing the password failed",
	"110-003": "old password is wrong",
	"110-004": "query of the password failed",
	"110-005": "platform sign-in data asked for, password empty",
	"110-006": "platform sign-in data asked for, kind of authentication could not be read",
	"110-007": "platform sign-in data asked for, password check failed",
	"110-008": "platform sign-in data asked for, database query failed",
	"110-009": "platform sign-in data asked for, no record",
	"110-010": "query of the user name failed",
	"110-011": "query of the kind of authentication failed",
	"110-012": "query of agents by attribute failed",
	"110-016": "account is locked",
	"110-017": "new password equals the old one",
	"110-018": "new password equals the name or the name reversed",
	"110-019": "new password breaks the rules for its make-up",
	"110-020": "length of the new password not between 8 and 30",
	"110-021": "too many wrong tries, account locked now",
	"110-022": "new password and its repetition differ",
	"200-001": "number to call not allowed",
	"200-002": "nothing to answer: no call",
	"200-003": "nothing to mute: no call",
	"200-004": "call is in the wrong state for mute",
	"200-005": "connect-hold: no call",
	"200-006": "connect-hold: no held call",
	"200-007": "nothing to unmute: no call",
	"200-008": "call is in the wrong state for unmute",
	"200-009": "announcement to the caller (report voice): no call",
	"200-010": "three-party call: no present call",
	"200-011": "three-party call: no held call",
	"200-012": "transfer: no call",
	"200-013": "hold: no call",
	"200-014": "call is in the wrong state for hold",
	"200-015": "retrieve: no held call",
	"200-016": "call is in the wrong state for retrieve",
	"200-017": "release: no call",
	"200-018": "internal consultation: no call",
	"200-019": "freeze picture: no call",
	"200-020": "call is in the wrong state for freezing the picture",
	"200-021": "unfreeze picture: no call",
	"200-022": "call is in the wrong state for unfreezing the picture",
	"200-023": "release by number: no call",
	"200-024": "release by number: no call with this number",
	"200-025": "drop call: no call",
	"200-026": "call does not exist",
	"200-031": "picture layout of a three-party video call could not be set",
	"200-040": "speech recognition could not be started",
	"210-001": "web address data not found",
	"300-001": "no right to query agents",
	"300-002": "query of agents: no agent found",
	"300-003": "query of an agent group: agent not known",
	"300-004": "query of an agent group: group not known",
	"400-001": "set call-associated data: no call",
	"400-002": "set call-associated data: nothing to set",
	"400-003": "list of held calls is empty",
	"500-001": "rewind not possible in the present state",
	"500-002": "fast forward not possible in the present state",
	"500-003": "pause of playback not possible in the present state",
	"500-004": "pause of recording not possible in the present state",
	"500-005": "resume of playback not possible in the present state",
	"500-006": "resume of recording not possible in the present state",
	"500-007": "start of playback not possible in the present state",
	"500-008": "start of recording not possible in the present state",
	"500-009": "stop of playback not possible in the present state",
	"500-010": "stop of recording not possible in the present state",
	"500-100": "format of the softphone number is wrong",
	"500-101": "signalling address or password not allowed",
	"500-102": "signalling address does not exist",
	"500-103": "password too simple",
	"500-104": "user exists already",
	"500-105": "command on the voice platform failed inside",
	"500-106": "user number was never created",
	"500-107": "user number not found",
	"600-001": "queues of an agent: agent not known or without queues",
	"600-002": "queues of a given tenant: none configured",
	"600-003": "access codes of the own tenant: none configured",
	"600-004": "IVR of the own tenant: none configured",
	"600-005": "queues of the own tenant: none configured",
	"700-001": "chat session does not exist",
	"700-002": "call into the platform failed",
	"700-003": "message could not be sent",
	"700-014": "query of the chat database failed",
	"700-016": "text holds a forbidden word",
	"700-017": "there is no screen-sharing session",
	"700-023": "file name has a suffix that is not allowed",
	"700-024": "file is not a picture",
	"700-100": "other chat error",
	"701-001": "no participants given",
	"701-002": "query of the conference state gave nothing",
	"701-003": "create: creator or a participant is in another conference",
	"701-004": "invite: the inviting agent is not in the conference",
	"701-005": "stop: conference unknown or no right over it",
	"701-006": "create: address of the media server not configured",
	"800-001": "configuration proxy service not set",
	"800-002": "query of configuration data failed",
	"800-003": "there is no default media gateway",
	"900-001": "quality-control call failed with the platform exception NOPROVIDER",
	"900-002": "quality-control call refused: caller lacks the right",
	"900-003": "quality-control call failed with the platform exception ResourceUnavailable",
	"900-004": "monitoring: no data about the agent",
	"900-005": "quality-control call not possible in the present state",
	"900-006": "screen recording: time argument wrong",
	"900-007": "screen recording: no licence loaded",
	"900-008": "screen recording: unknown platform error",
	"900-009": "quality-control task to delete not found",
	"999-001": "address of the platform configuration server (WAS) in the server configuration is wrong",
	"10001":   "keys could not be relayed to the third party",
}
