package model

import (
	"slices"
	"time"
)

// Severity orders findings: what loses work, what hurts users, what will hurt
// soon.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical"
	Serious  Severity = "warning"
	Notice   Severity = "notice"
)

// Rank is 0 for the worst.
func (s Severity) Rank() int { return slices.Index([]Severity{Critical, Serious, Notice}, s) }

// Finding is one thing that is wrong now.
type Finding struct {
	Rule     string      `json:"rule"`
	Severity Severity    `json:"severity"`
	Resource ResourceKey `json:"resource"`
	App      string      `json:"app"`
	// Metric and Stat are CloudWatch's; Per names the metric it is divided by.
	Metric string `json:"metric"`
	Stat   string `json:"stat"`
	Per    string `json:"per,omitempty"`
	// Value is the latest hour's, Worst the run's worst, Limit what it passes,
	// all in Unit ("", "ms", "s", "%").
	Value float64 `json:"value"`
	Worst float64 `json:"worst"`
	Limit float64 `json:"limit"`
	Unit  string  `json:"unit"`
	// Since is the first hour of the run, Until the end of its last one.
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	Hours int       `json:"hours"` // of the run beyond the limit
	// ErrorCost is what failed invocations cost in the hours that were looked
	// at (Health.Window), at the mean cost of an invocation, where the finding
	// is about failures; unknown elsewhere.
	ErrorCost Cost `json:"error_cost"`
	// Text says what it means, Why why the limit is there.
	Text string `json:"text"`
	Why  string `json:"why"`
}

// Health is what is wrong at the end of a window.
type Health struct {
	// Window was looked at; empty where health was not asked for.
	Window Window `json:"window"`
	// Resources were checked against Rules.
	Resources int       `json:"resources_checked"`
	Rules     int       `json:"rules"`
	Findings  []Finding `json:"findings"` // worst first
}
