// Package powertuning reads what AWS Lambda Power Tuning measured, and writes
// what it takes as input.
//
// Its formats are those of github.com/alexcasalboni/aws-lambda-power-tuning:
// README-INPUT-OUTPUT.md for the state machine's input and output, and
// buildVisualizationURL in lambda/utils.js for the visualization URL.
package powertuning

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model/rightsize"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// MaxBytes is the longest input that Parse reads. A result is a few KB.
const MaxBytes = 1 << 20

// maxSizes is more than the sizes Lambda offers in steps of 16 MB.
const maxSizes = 1024

// Point is what Power Tuning measured at one size.
type Point struct {
	Memory   unit.MiB
	Duration time.Duration
	// Cost is its average cost of one invocation in dollars, without the
	// price of the request; 0 where the input does not tell.
	Cost float64
}

// Measurements are the points as evidence for a fit.
func Measurements(points []Point) []rightsize.Measurement {
	var list []rightsize.Measurement
	for _, p := range points {
		list = append(list, rightsize.Measurement{Memory: p.Memory, Duration: p.Duration})
	}
	return list
}

// result is the output of the state machine. Older versions have it at the
// top, newer ones under "results"; describe-execution has it as a string.
type result struct {
	Results      *result         `json:"results"`
	Output       string          `json:"output"`
	Power        json.RawMessage `json:"power"` // "128" or 128
	Cost         float64         `json:"cost"`
	Duration     float64         `json:"duration"`
	StateMachine struct {
		Visualization string `json:"visualization"`
	} `json:"stateMachine"`
	Stats []struct {
		Value           float64 `json:"value"`
		AverageDuration float64 `json:"averageDuration"`
		AveragePrice    float64 `json:"averagePrice"`
	} `json:"stats"`
}

// Parse reads the output of an execution (JSON), or a visualization URL. It
// returns the points in ascending order of memory, one a size: from "stats",
// else from the URL, else only the chosen size. The error says what is wrong.
func Parse(data []byte) ([]Point, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("more than %d bytes: a Power Tuning result is a few thousand", MaxBytes)
	}
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return nil, fmt.Errorf("empty: want the JSON output of a Power Tuning execution or its visualization URL")
	}
	if data[0] != '{' {
		return ParseURL(strings.Trim(string(data), `"`))
	}
	return parseJSON(data, 0)
}

func parseJSON(data []byte, depth int) ([]Point, error) {
	const deepest = 2 // describe-execution, then results
	var r result
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("not the JSON of a Power Tuning execution: %w", err)
	}
	if r.Output != "" && r.Results == nil && depth < deepest {
		return parseJSON([]byte(r.Output), depth+1)
	}
	if r.Results != nil {
		r = *r.Results
	}
	if len(r.Stats) > 0 {
		var list []Point
		for _, s := range r.Stats {
			if s.AverageDuration == 0 { // no invocation at that size succeeded
				continue
			}
			p, err := point(s.Value, s.AverageDuration, s.AveragePrice)
			if err != nil {
				return nil, fmt.Errorf("stats: %w", err)
			}
			list = append(list, p)
		}
		return ordered(list)
	}
	if r.StateMachine.Visualization != "" {
		return ParseURL(r.StateMachine.Visualization)
	}
	memory, err := strconv.ParseFloat(strings.Trim(string(r.Power), `"`), 64)
	if err != nil {
		return nil, fmt.Errorf("no stats, no stateMachine.visualization and no power: not the output of a Power Tuning execution")
	}
	p, err := point(memory, r.Duration, r.Cost)
	if err != nil {
		return nil, err
	}
	return []Point{p}, nil
}

// ParseURL reads a visualization URL of one function, or what stands after its
// "#": base64 of the sizes as 16-bit integers, of the durations in ms and of
// the costs in dollars as 32-bit floats, little-endian, separated by ";".
// Nothing is fetched.
func ParseURL(s string) ([]Point, error) {
	if _, after, ok := strings.Cut(s, "#"); ok {
		s = after
	} else if strings.Contains(s, "://") {
		return nil, fmt.Errorf("the URL has nothing behind #: copy it whole")
	}
	if plain, err := url.PathUnescape(s); err == nil {
		s = plain
	}
	parts := strings.Split(strings.TrimSpace(s), ";")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%d parts behind #: want sizes;durations;costs of one function", len(parts))
	}
	var raw [3][]byte
	for i, what := range []string{"sizes", "durations", "costs"} {
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[i], "="))
		if err != nil {
			return nil, fmt.Errorf("%s behind #: not base64: %w", what, err)
		}
		raw[i] = b
	}
	n := len(raw[0]) / 2
	if len(raw[0]) != 2*n || len(raw[1]) != 4*n || len(raw[2]) != 4*n {
		return nil, fmt.Errorf("behind # stand %d, %d and %d bytes: want 2, 4 and 4 for each size", len(raw[0]), len(raw[1]), len(raw[2]))
	}
	var list []Point
	for i := range n {
		size := int16(binary.LittleEndian.Uint16(raw[0][2*i:]))
		p, err := point(float64(size), float(raw[1], i), float(raw[2], i))
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return ordered(list)
}

func float(b []byte, i int) float64 {
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
}

// point checks one size.
func point(memory, ms, cost float64) (Point, error) {
	longest := float64(rightsize.MaxDuration / time.Millisecond)
	switch {
	case !(memory >= float64(rightsize.MinMemory) && memory <= float64(rightsize.MaxMemory)) || memory != math.Trunc(memory):
		return Point{}, fmt.Errorf("power %v: want whole MB, %d to %d", memory, int64(rightsize.MinMemory), int64(rightsize.MaxMemory))
	case !(ms > 0 && ms <= longest):
		return Point{}, fmt.Errorf("duration %v ms at %v MB: want more than 0, at most %v", ms, memory, longest)
	case !(cost >= 0 && cost <= 1):
		return Point{}, fmt.Errorf("cost %v at %v MB: want dollars an invocation, 0 to 1", cost, memory)
	}
	d := max(time.Duration(math.Round(ms*float64(time.Millisecond))), 1)
	return Point{Memory: unit.MiB(memory), Duration: d, Cost: cost}, nil
}

// ordered sorts the points; a size may stand there once.
func ordered(list []Point) ([]Point, error) {
	if len(list) == 0 || len(list) > maxSizes {
		return nil, fmt.Errorf("%d measured sizes: want 1 to %d", len(list), maxSizes)
	}
	slices.SortStableFunc(list, func(a, b Point) int { return int(a.Memory - b.Memory) })
	for i := range list[1:] {
		if list[i].Memory == list[i+1].Memory {
			return nil, fmt.Errorf("power %d stands there twice", int64(list[i].Memory))
		}
	}
	return list, nil
}

// Input is the input of the state machine: which function to invoke at which
// sizes, and how often.
type Input struct {
	LambdaARN   string          `json:"lambdaARN"`
	PowerValues []unit.MiB      `json:"powerValues"`
	Num         int             `json:"num"`
	Payload     json.RawMessage `json:"payload"`
	Strategy    string          `json:"strategy"`
	// IncludeOutputResults makes the output hold every size, so that Parse
	// gets it without loss.
	IncludeOutputResults bool `json:"includeOutputResults"`
}

// leastInvocations and manyInvocations bound Input.Num: Power Tuning takes 5
// and more and recommends 10 to 100 at each size.
const leastInvocations, manyInvocations = 5, 1000

// NewInput is the input that measures a function at the sizes, num times each,
// with the payload given ({} if nil). The function runs for real, with all its
// effects.
func NewInput(arn string, sizes []unit.MiB, num int, payload json.RawMessage) (Input, error) {
	switch {
	case !strings.HasPrefix(arn, "arn:") || len(strings.Split(arn, ":")) < 7:
		return Input{}, fmt.Errorf("function %q: want its whole ARN", arn)
	case len(sizes) == 0 || len(sizes) > maxSizes:
		return Input{}, fmt.Errorf("%d sizes: want 1 to %d", len(sizes), maxSizes)
	case num < leastInvocations || num > manyInvocations:
		return Input{}, fmt.Errorf("%d invocations a size: want %d to %d", num, leastInvocations, manyInvocations)
	case payload != nil && !json.Valid(payload):
		return Input{}, fmt.Errorf("payload: not JSON")
	}
	for _, m := range sizes {
		if m < rightsize.MinMemory || m > rightsize.MaxMemory {
			return Input{}, fmt.Errorf("size %d MB: Lambda has %d to %d MB", int64(m), int64(rightsize.MinMemory), int64(rightsize.MaxMemory))
		}
	}
	if payload == nil {
		payload = json.RawMessage("{}")
	}
	return Input{
		LambdaARN: arn, PowerValues: slices.Clone(sizes), Num: num, Payload: payload,
		Strategy: "balanced", IncludeOutputResults: true,
	}, nil
}
