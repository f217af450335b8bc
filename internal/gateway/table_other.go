package gateway

import "ccgateway/internal/result"

// otherRoutes is the part of the table for other.yaml of the catalogue.
func otherRoutes() []Route {
	return grouped("other",
		works("GET", "recordfile/{agentid}", "downloadRecordFile", "Download a recording", fileShape,
			downloadRecordFile),
		works("GET", "recordfile/{agentid}/recordfiledownloadEx", "downloadRecordFileEx", "Download a recording of the external recorder", fileShape,
			downloadRecordFileEx),
		refusing(works("GET", "recordfile/{agentid}/videofiledownload", "downloadVideoFile", "Download a video recording", fileShape,
			refuses(result.DownloadsOff, noPicture, videoFile))),
		refusing(works("GET", "recordfile/{agentid}/videofiledownloadEx", "downloadVideoFileEx", "Download a video file from the file server", fileShape,
			refuses(result.DownloadsOff, noPicture, videoFileEx))),
	)
}
