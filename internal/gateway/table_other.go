package gateway

// otherRoutes is the part of the table for other.yaml of the catalogue.
func otherRoutes() []Route {
	return grouped("other",
		missing("GET", "recordfile/{agentid}", "downloadRecordFile", "Download a recording"),
		missing("GET", "recordfile/{agentid}/recordfiledownloadEx", "downloadRecordFileEx", "Download a recording of the external recorder"),
		missing("GET", "recordfile/{agentid}/videofiledownload", "downloadVideoFile", "Download a video recording"),
		missing("GET", "recordfile/{agentid}/videofiledownloadEx", "downloadVideoFileEx", "Download a video file from the file server"),
	)
}
