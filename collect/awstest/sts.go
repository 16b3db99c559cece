package awstest

import (
	"fmt"
	"net/url"
)

// stsAction reads the operation of an awsQuery request.
func stsAction(body []byte) string {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return form.Get("Action")
}

func (s *Server) getCallerIdentity(*call) (reply, *apiError) {
	return reply{body: fmt.Appendf(nil, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::%[1]s:user/collector</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>%[1]s</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>%[2]s</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
		AccountID, requestID)}, nil
}
