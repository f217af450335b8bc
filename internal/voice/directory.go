package voice

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"

	"ccgateway/internal/center"
)

// Centers takes what happens on the phone side. *host.Host is one.
type Centers interface {
	// Tell sends a command to a VCC's center. Commands of one goroutine arrive in order. It may wait while the center is busy,
	// but never for the phone side.
	Tell(vcc center.VCCID, cmd center.Command)
}

// Directory knows the phone accounts, trunks and access codes. It is asked anew each time, so that what an administrator changes
// counts at once; its methods must be quick and are called from many goroutines.
type Directory interface {
	// Phone finds a phone account by its number, which is unique in the installation.
	Phone(number string) (PhoneAccount, bool)
	// Trunks lists the lines to the outside, in order of preference.
	Trunks() []Trunk
	// AccessCode finds the VCC that a dialled number belongs to.
	AccessCode(number string) (center.VCCID, bool)
}

// PhoneAccount is a SIP account of a phone. The password itself is not known: HA1 is the hash of "number:realm:password" in
// hexadecimal (RFC 7616 section 3.4.2), made with Config.Realm.
type PhoneAccount struct {
	VCC       center.VCCID
	HA1MD5    string // "" = the account cannot use MD5
	HA1SHA256 string // "" = the account cannot use SHA-256

	Encryption Encryption
}

// trunkOf finds the trunk that a source address belongs to.
func trunkOf(trunks []Trunk, source netip.Addr) (Trunk, bool) {
	source = source.Unmap().WithZone("")
	for _, t := range trunks {
		for _, p := range t.Allow {
			if p.Contains(source) {
				return t, true
			}
		}
	}
	return Trunk{}, false
}

// trunksFor lists the trunks that a call to a number may go by: the one that was ordered, and those after it that take the number.
func trunksFor(trunks []Trunk, ordered, number string) []Trunk {
	first := slices.IndexFunc(trunks, func(t Trunk) bool { return t.Name == ordered })
	if first < 0 {
		return nil
	}
	fit := []Trunk{trunks[first]}
	for _, t := range trunks[first+1:] {
		if (center.Trunk{Numbers: t.Numbers}).Takes(number) {
			fit = append(fit, t)
		}
	}
	return fit
}

// HA1 makes the hash that a PhoneAccount has of a password. It depends on the realm and on the number: a changed one needs the password
// anew.
func HA1(algorithm, number, realm, password string) string {
	text := []byte(number + ":" + realm + ":" + password)
	if algorithm == SHA256 {
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	}
	sum := md5.Sum(text) // what phones speak; the hash is as secret as the password, for this algorithm and realm
	return hex.EncodeToString(sum[:])
}
