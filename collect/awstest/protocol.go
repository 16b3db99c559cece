package awstest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// protocol is how a service words its calls, answers and errors on the wire
// (Smithy's AWS protocols).
type protocol int

const (
	protocolJSON10  protocol = iota // awsJson1_0: X-Amz-Target names the operation
	protocolJSON11                  // awsJson1_1
	protocolRESTful                 // restJson1: method and path name it
	protocolQuery                   // awsQuery: a form with Action, XML back
	protocolRESTXML                 // restXml: S3
)

// operationOf names the call.
func (s *simulated) operationOf(c *call) string {
	switch {
	case s.operation != nil:
		return s.operation(c)
	case s.protocol == protocolQuery:
		form, err := url.ParseQuery(string(c.body))
		if err != nil {
			return ""
		}
		return form.Get("Action")
	}
	_, op, _ := strings.Cut(c.http.Header.Get("X-Amz-Target"), ".")
	return op
}

func (p protocol) contentType() string {
	switch p {
	case protocolJSON10:
		return "application/x-amz-json-1.0"
	case protocolJSON11:
		return "application/x-amz-json-1.1"
	case protocolQuery:
		return "text/xml"
	case protocolRESTXML:
		return "application/xml"
	case protocolRESTful:
	}
	return "application/json"
}

// writeError writes e as the protocol words it.
func (p protocol) writeError(w http.ResponseWriter, e *apiError) {
	var body []byte
	var text bytes.Buffer
	_ = xml.EscapeText(&text, []byte(e.Message))
	switch p {
	case protocolJSON10, protocolJSON11:
		body = mustJSON(map[string]string{"__type": e.Code, "message": e.Message})
	case protocolQuery:
		body = fmt.Appendf(nil, `<ErrorResponse><Error><Type>%s</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>`,
			fault(e.Status), e.Code, text.String(), requestID)
	case protocolRESTXML:
		body = fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message><RequestId>%s</RequestId></Error>`,
			e.Code, text.String(), requestID)
	case protocolRESTful:
		w.Header().Set("X-Amzn-Errortype", e.Code)
		body = mustJSON(map[string]string{"message": e.Message})
	}
	h := w.Header()
	h.Set("Content-Type", p.contentType())
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.Status)
	_, _ = w.Write(body)
}

// decode reads the call's JSON body; an empty one is an empty object.
func (c *call) decode(v any) *apiError {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		return &apiError{400, "SerializationException", err.Error()}
	}
	return nil
}

// form reads the call's form.
func (c *call) form() url.Values {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return url.Values{}
	}
	return form
}

// page cuts a list whose tokens are positions.
func page[T any](list []T, token string, size int) ([]T, string, *apiError) {
	at, next, err := pageOf(len(list), token, size)
	if err != nil {
		return nil, "", &apiError{400, "InvalidParameterException", "The token is invalid."}
	}
	return list[at[0]:at[1]], next, nil
}
