package collect

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// workflow is the shape of a state machine's definition. Lengths count states
// entered by one execution.
type workflow struct {
	States int `json:"states,omitempty"`
	// Shortest is the least that a successful execution enters.
	Shortest int `json:"shortest,omitempty"`
	// Usual takes every branch of a choice for as likely as the others, no
	// retry, each loop once and one item of each map.
	Usual float64 `json:"usual,omitempty"`
	// Longest includes all retries; nil where loops or maps set no bound.
	Longest     *int `json:"longest,omitempty"`
	Map         bool `json:"map,omitempty"`
	Distributed bool `json:"distributed_map,omitempty"`
	Parallel    bool `json:"parallel,omitempty"`
	// Callbacks wait for a task token, Sync for a job, Activities for a
	// worker: an Express workflow can do none of these.
	Callbacks  bool `json:"callbacks,omitempty"`
	Sync       bool `json:"sync,omitempty"`
	Activities bool `json:"activities,omitempty"`
	// Waits is true where an execution may last for long by design.
	Waits          bool `json:"waits,omitempty"`
	TimeoutSeconds int  `json:"timeout_s,omitempty"`
}

// The parts of the Amazon States Language (states-language.net) that tell
// lengths and connections.
type aslMachine struct {
	StartAt         string
	States          map[string]*aslState
	TimeoutSeconds  float64
	ProcessorConfig struct{ Mode, ExecutionType string }
}

type aslState struct {
	Type, Next, Default, Resource    string
	End                              bool
	Choices, Catch                   []struct{ Next string }
	Branches                         []aslMachine
	Iterator, ItemProcessor          *aslMachine
	Retry                            []struct{ MaxAttempts *float64 }
	Parameters, Arguments            json.RawMessage // an object, or text that makes one
	measured                         bool
	entered, usualEntered, mostEnter float64 // by the state itself, with what is inside
}

// transitionsMost is the most states that one execution can enter: its
// history ends at 25,000 events (Step Functions quotas), and a state takes
// two.
const transitionsMost = 12_500

// readWorkflow reads a definition; no states for one that is not understood.
func readWorkflow(definition string, region unit.Region, account unit.AccountID) (workflow, []model.Edge) {
	var m aslMachine
	if err := json.Unmarshal([]byte(definition), &m); err != nil || len(m.States) == 0 {
		return workflow{}, nil
	}
	var w workflow
	if m.TimeoutSeconds > 0 {
		w.TimeoutSeconds = int(min(m.TimeoutSeconds, math.MaxInt32))
	}
	edges := w.note(&m, region, account, nil)
	least, usual, most := m.lengths()
	w.Shortest = int(min(least, transitionsMost))
	w.Usual = math.Round(min(usual, transitionsMost)*1000) / 1000
	if most < transitionsMost {
		n := int(most)
		w.Longest = &n
	}
	return w, edges
}

// note walks all states and writes down what they are and call.
func (w *workflow) note(m *aslMachine, region unit.Region, account unit.AccountID, edges []model.Edge) []model.Edge {
	for _, name := range sortedKeys(m.States) {
		s := m.States[name]
		if s == nil {
			continue
		}
		w.States++
		switch s.Type {
		case "Map":
			w.Map = true
		case "Parallel":
			w.Parallel = true
		case "Wait":
			w.Waits = true
		}
		w.Callbacks = w.Callbacks || strings.Contains(s.Resource, ".waitForTaskToken")
		w.Sync = w.Sync || strings.Contains(s.Resource, ".sync")
		w.Activities = w.Activities || strings.Contains(s.Resource, ":activity:")
		to, kind := s.calls(region, account)
		edges = connected(edges, to, kind)
		for _, body := range s.bodies() {
			w.Distributed = w.Distributed || body.ProcessorConfig.Mode == "DISTRIBUTED"
			edges = w.note(body, region, account, edges)
		}
	}
	w.Waits = w.Waits || w.Callbacks || w.Sync || w.Activities
	return edges
}

// connected keeps an edge once, in order.
func connected(edges []model.Edge, to unit.ResourceID, kind string) []model.Edge {
	e := model.Edge{To: to, Kind: kind}
	if at, found := slices.BinarySearchFunc(edges, e, model.CompareEdges); to != "" && !found {
		return slices.Insert(edges, at, e)
	}
	return edges
}

// bodies are the machines inside a state.
func (s *aslState) bodies() []*aslMachine {
	var out []*aslMachine
	for i := range s.Branches {
		out = append(out, &s.Branches[i])
	}
	for _, m := range []*aslMachine{s.Iterator, s.ItemProcessor} {
		if m != nil {
			out = append(out, m)
		}
	}
	return out
}

// calls is what a task speaks to, and how; empty for what is not known or
// chosen when it runs.
func (s *aslState) calls(region unit.Region, account unit.AccountID) (unit.ResourceID, string) {
	if id, ok := functionARN(s.Resource); ok {
		return id, model.EdgeInvokes
	}
	_, call, ok := strings.Cut(s.Resource, ":states:::")
	if !ok {
		return "", ""
	}
	call = strings.TrimPrefix(call, "aws-sdk:")
	service, _, _ := strings.Cut(call, ":")
	arn := func(service, kind, name string) unit.ResourceID {
		if name == "" || strings.HasPrefix(name, "arn:") {
			return unit.ResourceID(name)
		}
		return unit.ResourceID("arn:" + partition(region) + ":" + service + ":" + string(region) + ":" + string(account) + ":" + kind + name)
	}
	switch service {
	case "lambda":
		name := s.parameter("FunctionName")
		if id, ok := functionARN(name); ok {
			return id, model.EdgeInvokes
		}
		name, _, _ = strings.Cut(name, ":")
		return arn("lambda", "function:", name), model.EdgeInvokes
	case "states", "sfn":
		return arn("states", "stateMachine:", s.parameter("StateMachineArn")), model.EdgeInvokes
	case "dynamodb":
		return arn("dynamodb", "table/", s.parameter("TableName")), model.EdgeInvokes
	case "sqs":
		url := s.parameter("QueueUrl")
		return arn("sqs", "", url[strings.LastIndexByte(url, '/')+1:]), model.EdgeFeeds
	case "sns":
		return arn("sns", "", s.parameter("TopicArn")), model.EdgeFeeds
	}
	return "", ""
}

// parameter is a parameter's text, empty where it is chosen when the state
// runs: by a path ("QueueUrl.$") or an expression ("{% ... %}").
func (s *aslState) parameter(key string) string {
	for _, raw := range []json.RawMessage{s.Parameters, s.Arguments} {
		var from map[string]json.RawMessage
		var text string
		if json.Unmarshal(raw, &from) == nil && json.Unmarshal(from[key], &text) == nil && text != "" && !strings.HasPrefix(text, "{%") {
			return text
		}
	}
	return ""
}
