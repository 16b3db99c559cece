package awstest

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// stsAction reads the operation of an awsQuery request.
func stsAction(body []byte) string {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return form.Get("Action")
}

// assumedKey begins the access keys of roles that were taken on; the account
// follows.
const assumedKey = "ASIA"

// DeniedAccount is an account whose role cannot be taken on.
const DeniedAccount = "999999999999"

// assumeRole hands out credentials of the role's account, in which the same
// resources stand as in AccountID.
func (s *Server) assumeRole(c *call) (reply, *apiError) {
	arn := c.form().Get("RoleArn")
	parts := strings.Split(arn, ":")
	if len(parts) < 6 || parts[4] == DeniedAccount {
		return reply{}, &apiError{403, "AccessDenied", "User: arn:aws:iam::" + AccountID + ":user/collector is not authorized to perform: sts:AssumeRole on resource: " + arn}
	}
	return reply{body: fmt.Appendf(nil, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>y</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></AssumeRoleResponse>`,
		assumedKey+parts[4], time.Now().Add(time.Hour).UTC().Format(time.RFC3339), requestID)}, nil
}

func (s *Server) getCallerIdentity(*call) (reply, *apiError) {
	return reply{body: fmt.Appendf(nil, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::%[1]s:user/collector</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>%[1]s</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>%[2]s</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
		AccountID, requestID)}, nil
}
