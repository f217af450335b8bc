// Package password keeps the secrets of agents and phones.
//
// Agents' passwords are stored as argon2id hashes in the PHC string format; Hasher makes and checks them. Making one costs
// about 26 ms and 19 MiB, so a Hasher lets only as many run at once as there are processors: a thousand agents who sign in at
// nine o'clock wait in line instead of exhausting the memory. Broken tells which of the interface's rules a new password
// breaks.
//
// Phones prove themselves by SIP digest, which needs H(user:realm:password) on the server and cannot work with argon2id;
// DigestHA1 makes those hashes. They stand for the password within our realm, and are to be kept like one.
package password
