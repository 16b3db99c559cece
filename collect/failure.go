package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Sentinels that callers test for with errors.Is.
var (
	// ErrCredentials: there are none, they expired, or AWS does not know them.
	ErrCredentials = errors.New("no usable AWS credentials")
	// ErrBudget: the run would cost, or has cost, more than Options.MaxCost.
	ErrBudget = errors.New("the cost limit would be passed")
)

// kind tells what a failed call means for the run.
type kind int

const (
	kindOther       kind = iota // this call fails, the rest goes on
	kindThrottled               // AWS asks to slow down
	kindTransient               // worth trying again
	kindDenied                  // a permission is missing
	kindCredentials             // nothing will work
	kindClock                   // this machine's clock is off
	kindUnreachable             // no such endpoint
	kindCancelled
)

// Failure is a call that did not succeed, said in one line.
type Failure struct {
	Operation string
	Region    unit.Region
	kind      kind
	err       error
}

// Error names the operation, the region and what to do next.
func (f *Failure) Error() string {
	where := fmt.Sprintf("%s in %s", f.Operation, f.Region)
	switch f.kind {
	case kindDenied:
		return fmt.Sprintf("%s: access denied: allow the IAM action %s (breakeven iam-policy prints the whole policy)", where, f.Operation)
	case kindCredentials:
		return fmt.Sprintf("%s: %v: %s; log in with \"aws sso login\" (and --profile) or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
			where, ErrCredentials, short(f.err))
	case kindClock:
		return fmt.Sprintf("%s: this machine's clock is too far from AWS's (%s): set the time, for instance with \"timedatectl set-ntp true\"", where, short(f.err))
	case kindUnreachable:
		return fmt.Sprintf("%s: no such endpoint (%s): is the region spelled right, and AWS_ENDPOINT_URL?", where, short(f.err))
	}
	var op *net.OpError
	if errors.As(f.err, &op) && op.Op == "dial" {
		return fmt.Sprintf("%s: cannot connect (%s): is there a network, and is AWS_ENDPOINT_URL right if it is set?", where, short(f.err))
	}
	return fmt.Sprintf("%s: %s", where, short(f.err))
}

// Unwrap gives the SDK's error and, for credentials, ErrCredentials.
func (f *Failure) Unwrap() []error {
	if f.kind == kindCredentials {
		return []error{ErrCredentials, f.err}
	}
	return []error{f.err}
}

// short is the innermost thing an SDK error says, on one line.
func short(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return oneLine(api.ErrorCode() + ": " + api.ErrorMessage())
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return oneLine(op.Error())
	}
	s := err.Error()
	if i := strings.LastIndex(s, "exceeded maximum number of attempts"); i >= 0 {
		s = s[i:]
	}
	return oneLine(s)
}

// oneLine keeps what a remote says from breaking or colouring a terminal.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + "..."
	}
	return strings.TrimSpace(s)
}

var codeKinds = map[string]kind{
	"Throttling":                             kindThrottled,
	"ThrottlingException":                    kindThrottled,
	"ThrottledException":                     kindThrottled,
	"RequestThrottled":                       kindThrottled,
	"RequestThrottledException":              kindThrottled,
	"RequestLimitExceeded":                   kindThrottled,
	"TooManyRequestsException":               kindThrottled,
	"LimitExceededException":                 kindThrottled, // StartQuery: too many queries at once
	"LimitExceeded":                          kindThrottled,
	"SlowDown":                               kindThrottled,
	"ProvisionedThroughputExceededException": kindThrottled,

	"InternalFailure":             kindTransient,
	"InternalError":               kindTransient,
	"InternalServiceError":        kindTransient,
	"InternalServiceFault":        kindTransient,
	"InternalServerError":         kindTransient,
	"ServiceException":            kindTransient,
	"ServiceUnavailable":          kindTransient,
	"ServiceUnavailableException": kindTransient,
	"RequestTimeout":              kindTransient,
	"RequestTimeoutException":     kindTransient,

	"AccessDenied":                kindDenied,
	"AccessDeniedException":       kindDenied,
	"UnauthorizedOperation":       kindDenied,
	"NotAuthorized":               kindDenied,
	"UnauthorizedException":       kindDenied,
	"OptInRequired":               kindDenied,
	"AuthorizationError":          kindDenied,
	"KMSAccessDeniedException":    kindDenied,
	"ExpiredToken":                kindCredentials,
	"ExpiredTokenException":       kindCredentials,
	"TokenRefreshRequired":        kindCredentials,
	"InvalidClientTokenId":        kindCredentials,
	"UnrecognizedClientException": kindCredentials,
	"InvalidAccessKeyId":          kindCredentials,
	"IncompleteSignature":         kindCredentials,
	"MissingAuthenticationToken":  kindCredentials,
	"SignatureDoesNotMatch":       kindCredentials,
	"InvalidSignatureException":   kindCredentials,
	"RequestTimeTooSkewed":        kindClock,
	"RequestExpired":              kindClock,
	"RequestInTheFuture":          kindClock,
}

// kindOf tells what err means.
func kindOf(err error) kind {
	switch {
	case err == nil:
		return kindOther
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return kindCancelled
	}
	var f *Failure
	if errors.As(err, &f) {
		return f.kind
	}
	if k, ok := apiKind(err); ok {
		return k
	}
	return transportKind(err)
}

func apiKind(err error) (kind, bool) {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return kindOther, false
	}
	code, message := api.ErrorCode(), strings.ToLower(api.ErrorMessage())
	if k, ok := codeKinds[code]; ok {
		// A signature is also refused for its time.
		if k == kindCredentials && (strings.Contains(message, "signature expired") || strings.Contains(message, "not yet current")) {
			return kindClock, true
		}
		return k, true
	}
	if status := statusOf(err); status == 429 {
		return kindThrottled, true
	} else if status >= 500 {
		return kindTransient, true
	}
	return kindOther, true
}

func statusOf(err error) int {
	var re *smithyhttp.ResponseError
	if errors.As(err, &re) && re.Response != nil {
		return re.HTTPStatusCode()
	}
	return 0
}

func transportKind(err error) kind {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return kindUnreachable
	}
	var endpoint *aws.EndpointNotFoundError
	if errors.As(err, &endpoint) {
		return kindUnreachable
	}
	if status := statusOf(err); status == 429 {
		return kindThrottled
	} else if status >= 500 {
		return kindTransient
	}
	var timeout net.Error
	switch {
	case errors.As(err, &timeout),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EPIPE):
		return kindTransient
	}
	if noCredentials(err) {
		return kindCredentials
	}
	return kindOther
}

// noCredentials recognises the SDK's ways of saying that the default chain
// found nothing: they carry no type.
func noCredentials(err error) bool {
	s := err.Error()
	for _, sign := range []string{
		"failed to refresh cached credentials", "get identity: get credentials", "no EC2 IMDS role found",
		"failed to retrieve credentials", "SSO session has expired", "static credentials are empty", "failed to sign request",
	} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}
