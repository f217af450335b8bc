// Package archive is the folder of recordings: it opens and converts them for those who may hear them, and deletes them on request or when
// their tenant's time for them is over.
//
// The folder is filled by package voice, and what lies in it stands in the index of package store. Everything here begins with an entry of the
// index; the path in it leads to a file below the folder and to nothing else, whatever it says (os.Root: neither dots nor links lead out).
//
// A recording is deleted by removing its file; then its entry is marked, and the audit says who did it and why. The entry stays: that
// there was a talk, a recording of it, and when that was deleted, can be asked for later. A crash between the two leaves an entry whose file is
// gone; the next deletion marks it. What is still being made, or whose call still runs, is not deleted. Whoever is just being given the file
// keeps what he has open until he is done; playing has it in memory.
package archive
