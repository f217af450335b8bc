// Package speech reads text out: text becomes sound of 8,000 samples a second, 16 bit, one channel.
//
// The voice is that of espeak-ng, a program that is started for each text that is not in the cache. It gets the text on its standard
// input, so that no text can become an option or a command, and none of our environment, in which secrets may be.
//
//	s, err := speech.New(speech.Config{Voice: "en", Cache: "/var/lib/ccgateway/speech"})
//	pcm, err := s.Speak(ctx, "You are number 3 in the queue.")
//	pcm, err := s.Digits(ctx, "0123*#")
//
// Digits are spoken from sounds of one digit each. So what callers key in is never on the disk, and takes no program to say.
package speech
