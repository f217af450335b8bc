// Package dtmf makes and finds the tones of a telephone's keys (ITU-T Q.23, Q.24) in sound of 8000 samples a second.
//
// A key is two sines at once, one of a row and one of a column of the keypad. A Detector is fed with sound in the order of time and
// tells each key once, when it has sounded for some 40 ms. Before that, it tells of each piece of sound whether it might be part of
// a key: who hides keys silences a piece if it, its neighbour before or its neighbour behind is suspect, and thus the beginning of a
// key too, which cannot be told from silence or speech yet.
package dtmf
