package gateway

// mediacallRoutes is the part of the table for mediacall.yaml of the catalogue.
func mediacallRoutes() []Route {
	return grouped("mediacall",
		missing("POST", "mediacall/{agentid}/sendmessage", "sendMessage", "Send a message in a multimedia session"),
		missing("POST", "mediacall/{agentid}/setcallnums", "setCallNums", "Limit sessions of one media type"),
		missing("POST", "mediacall/{agentid}/transfer", "transfer", "Transfer a multimedia session"),
		missing("POST", "mediacall/{agentid}/setcallnumsbymediatype", "setCallNumsByMediaType", "Limit sessions of several channels"),
		missing("POST", "mediacall/{agentid}/getconnectinfo", "getConnectInfo", "Get the data to rejoin an H5 video call"),
		missing("POST", "mediacall/{agentid}/imagecapture", "imageCapture", "Take a picture of the customer"),
	)
}
