// Package lockout decides who may try a password now, so that passwords cannot be guessed, and so that the means against guessing cannot be used
// to lock a center out.
//
// Wrong passwords are counted three ways:
//
//   - for each pair of account and address: after Rules.Tries in a row the account is locked for this address, for Rules.For;
//   - for each account over all addresses that are not usual for it: beyond 4 × Tries the account can be tried from such addresses only after a
//     pause, which begins with a minute and doubles up to Rules.For with each further wrong password;
//   - for each address over all accounts that do not usually sign in there: beyond 10 × Tries, and Tries more for each account that does, such
//     accounts can be tried from it only after the same growing pauses.
//
// An address is usual for an account that has signed in from it within 90 days. From there only the first of the three counts, so nobody elsewhere
// can keep an agent out who sits at his own desk. An attacker beside him, at the same address, can; to keep him from locking all desks
// behind one address at a stroke, the locks of an address with more than 10 × Tries wrong passwords begin with a minute, too, and grow.
//
// A try is counted when it begins and taken back when it was right, so that many at once do not get more tries than one after the other. While
// something is locked passwords are not looked at, and the answer is the same for right and wrong ones, for accounts that exist and others.
// Sign-ins by account name are counted apart from those by number: otherwise a locked number would tell which name belongs to it.
//
// Everything is kept in memory, bounded, and saved behind the scenes, at the latest some milliseconds after the answer; so it survives a restart.
package lockout
