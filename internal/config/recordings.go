package config

// Recordings says how recordings are given out. How long they are kept, and who is recorded, is each tenant's (`vccs[].recording_days`, `vccs[].recording`).
type Recordings struct {
	// Agents and inspectors may download recordings, as files that leave the house; playing to their phones is another matter. Off, downloads are answered 104-001.
	Download bool `yaml:"download" default:"true"`
	// Downloads at a time, each with a file and a connection; four for one agent. More are answered 000-007.
	Downloads int `yaml:"downloads" default:"50" range:"1..10000"`
	// Program that makes compressed recordings (`format=mp3` or `ogg`): the path of ffmpeg; "" = the one on the PATH. Without one those formats are answered 104-008.
	Converter string `yaml:"converter" default:""`
	// Conversions at a time. Each keeps a processor busy, which calls need too. More are answered 000-007.
	Conversions int `yaml:"conversions" default:"2" range:"1..100"`
}
