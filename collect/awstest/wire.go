package awstest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math"
	"net/http"
	"strconv"
)

// apiError is a refusal in AWS's words.
type apiError struct {
	Status  int
	Code    string
	Message string
}

// requestID is the same for every answer: it carries no information here, and
// a constant keeps answers reproducible.
const requestID = "00000000-0000-4000-8000-000000000000"

// writeError writes e in the protocol of the call's service.
func writeError(w http.ResponseWriter, c *call, e *apiError) {
	h := w.Header()
	h.Set("X-Amzn-Requestid", requestID)
	if c.sim != nil {
		c.sim.protocol.writeError(w, e)
		return
	}
	var body []byte
	switch c.service {
	case "cloudwatch":
		setCBORHeaders(h)
		h.Set("X-Amzn-Query-Error", e.Code+";"+fault(e.Status))
		body = appendMap(body, 2)
		body = appendText(appendText(body, "__type"), "com.amazonaws.cloudwatch#"+e.Code)
		body = appendText(appendText(body, "message"), e.Message)
	case "sts":
		h.Set("Content-Type", "text/xml")
		var msg bytes.Buffer
		_ = xml.EscapeText(&msg, []byte(e.Message))
		body = fmt.Appendf(nil, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>%s</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>`,
			fault(e.Status), e.Code, msg.String(), requestID)
	case "logs":
		h.Set("Content-Type", "application/x-amz-json-1.1")
		body = mustJSON(map[string]string{"__type": e.Code, "message": e.Message})
	default:
		h.Set("Content-Type", "application/json")
		h.Set("X-Amzn-Errortype", e.Code)
		body = mustJSON(map[string]string{"Type": "User", "message": e.Message})
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.Status)
	_, _ = w.Write(body)
}

func fault(status int) string {
	if status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

// setReplyHeaders announces the protocol of a successful answer.
func setReplyHeaders(h http.Header, c *call) {
	h.Set("X-Amzn-Requestid", requestID)
	if c.sim != nil {
		h.Set("Content-Type", c.sim.protocol.contentType())
		return
	}
	switch c.service {
	case "cloudwatch":
		setCBORHeaders(h)
	case "sts":
		h.Set("Content-Type", "text/xml")
	case "logs":
		h.Set("Content-Type", "application/x-amz-json-1.1")
	default:
		h.Set("Content-Type", "application/json")
	}
}

func setCBORHeaders(h http.Header) {
	h.Set("Content-Type", "application/cbor")
	h.Set("Smithy-Protocol", "rpc-v2-cbor")
}

// mustJSON encodes values built by this package, which cannot fail to encode.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte(`{}`)
	}
	return b
}

func jsonReply(v any) (reply, *apiError) { return reply{body: mustJSON(v)}, nil }

// The functions below append CBOR (RFC 8949) items to b. They are written by
// hand because GetMetricData answers must not be slower to make than the SDK
// is to read them.

func appendHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major<<5|byte(n))
	case n <= math.MaxUint8:
		return append(b, major<<5|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major<<5|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major<<5|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major<<5|27), n)
}

func appendMap(b []byte, pairs int) []byte { return appendHead(b, 5, uint64(pairs)) }
func appendArray(b []byte, n int) []byte   { return appendHead(b, 4, uint64(n)) }

func appendText(b []byte, s string) []byte {
	return append(appendHead(b, 3, uint64(len(s))), s...)
}

// appendTime appends an instant as tag 1 with whole seconds, as CloudWatch
// does for data points.
func appendTime(b []byte, unix int64) []byte {
	return appendHead(append(b, 0xc1), 0, uint64(unix))
}

func appendFloat(b []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(v))
}
