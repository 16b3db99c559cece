package awstest

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

const nsStates = "AWS/States"

// workflow describes a simulated state machine.
type workflow struct {
	express    bool
	definition string // with %s for the ARN of a function up to the name
	// path tells how many states an execution enters, retries included, by
	// what is drawn for it; failed executions enter one.
	path   func(x, y float64) int64
	failed float64
	// What an Express execution is billed for, at least and at most, in steps
	// of 100 ms and 64 MB.
	minMS, maxMS, minMB, maxMB int64
	log                        string
}

// Prices of Step Functions, of the AWS price list (infracost golden files):
// 25 per million transitions; 1 per million Express requests and 0.060012 per
// GB-hour, the first tier, which no account here leaves.
var _ = simulate(simulated{
	name: "stepfunctions", signing: "states", iam: "states", protocol: protocolJSON10,
	handlers: map[string]func(*Server, *call) (reply, *apiError){
		"ListStateMachines":    (*Server).listStateMachines,
		"DescribeStateMachine": (*Server).describeStateMachine,
	},
	things: stateMachines,
	prices: map[string]dimensionPrices{
		"standard-state-transitions": flat("0.000025", "0.000025"),
		"express-requests":           flat("0.000001", ""),
		"express-duration":           flat("0.00001667", ""),
	},
	units: map[string]decimal.Decimal{"express-duration": d("1024000")}, // MB·ms in a GB-second
})

// task is a state that calls a function.
func task(name, function, next string) string {
	return fmt.Sprintf(`"%s":{"Type":"Task","Resource":"%%s%s",%s}`, name, function, nextOrEnd(next))
}

func nextOrEnd(next string) string {
	if next == "" {
		return `"End":true`
	}
	return `"Next":"` + next + `"`
}

func asl(start string, states ...string) string {
	return `{"Comment":"` + PlantedSecret + `","StartAt":"` + start + `","States":{` + strings.Join(states, ",") + `}}`
}

func stateMachines(window) []*thing {
	always := func(n int64) func(x, y float64) int64 { return func(float64, float64) int64 { return n } }
	list := []*thing{
		{where: use, name: "order-fulfilment", shape: shapeDiurnal, perMinute: 2, tags: map[string]string{"app": "orders"}, spec: workflow{
			// check, choice, then pay and bill, or a message to somebody
			definition: asl("Check", task("Check", "order-worker", "Paid?"),
				`"Paid?":{"Type":"Choice","Choices":[{"Variable":"$.paid","BooleanEquals":true,"Next":"Bill"}],"Default":"Pay"}`,
				`"Pay":{"Type":"Task","Resource":"%spayment-callback","Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":2}],"Next":"Bill"}`,
				task("Bill", "invoice-pdf", "Ship"),
				`"Ship":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/`+AccountID+`/orders","MessageBody":"`+PlantedSecret+`"},"End":true}`),
			path: func(x, y float64) int64 { // paid already, or payment with up to two retries
				if x < 0.3 {
					return 4
				}
				return 5 + int64(y*y*y*3)
			}, failed: 0.02, log: "/aws/vendedlogs/states/order-fulfilment",
		}},
		{where: use, name: "media-batch", shape: shapeBursty, perMinute: 0.1, tags: map[string]string{"app": "media"}, spec: workflow{
			definition: asl("Each", `"Each":{"Type":"Map","ItemProcessor":{"StartAt":"Resize","States":{`+task("Resize", FunctionMemoryChanged, "Thumb")+`,`+task("Thumb", FunctionEphemeral, "")+`}},"End":true}`),
			path:       func(x, _ float64) int64 { return 1 + 2*(1+int64(x*9)) },
		}},
		{where: use, name: "nightly-report", shape: shapeCron, perMinute: 0.1, tags: map[string]string{"app": "analytics"}, spec: workflow{
			definition: asl("Both", `"Both":{"Type":"Parallel","Branches":[{"StartAt":"Load","States":{`+task("Load", "nightly-etl", "")+`}},{"StartAt":"Wait","States":{"Wait":{"Type":"Wait","Seconds":60,"Next":"Count"},`+task("Count", "clickstream", "")+`}}],"Next":"Done"}`,
				`"Done":{"Type":"Succeed"}`),
			path: always(5),
		}},
		{where: use, name: "partner-onboarding", shape: shapeSteady, perMinute: 0.05, tags: map[string]string{"app": "partners"}, spec: workflow{
			definition: asl("Ask", `"Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"%s`+FunctionReserved+`","Payload":{"token.$":"$$.Task.Token"}},"TimeoutSeconds":86400,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Remind"}],"Next":"Welcome"}`,
				`"Remind":{"Type":"Pass","Next":"Ask"}`, task("Welcome", "notify-email", "")),
			path: func(x, _ float64) int64 { return 2 + 2*int64(x*3) }, failed: 0.1,
		}},
		{where: use, name: "event-ingest", shape: shapeSteady, perMinute: 14, tags: map[string]string{"app": "analytics"}, spec: workflow{
			express: true, definition: asl("Clean", task("Clean", "clickstream", "")), path: always(1),
			minMS: 200, maxMS: 1500, minMB: 64, maxMB: 64,
		}},
		{where: use, name: "checkout-flow", shape: shapeDiurnal, perMinute: 8, tags: map[string]string{"app": "storefront"}, spec: workflow{
			express: true, definition: asl("Price", task("Price", FunctionSnapStart, "Cart"), task("Cart", "session-store", "Order"),
				`"Order":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","Parameters":{"StateMachineArn":"arn:aws:states:us-east-1:`+AccountID+`:stateMachine:order-fulfilment"},"End":true}`),
			path: always(3), minMS: 300, maxMS: 4000, minMB: 64, maxMB: 256, failed: 0.01, log: "/aws/vendedlogs/states/checkout-flow",
		}},
		{where: use, name: "old-approval", shape: shapeSteady, perMinute: 0.3, to: 0.7, deleted: true, spec: workflow{path: always(4)}},
		{where: use, name: "dr-runbook", shape: shapeNever, tags: map[string]string{"app": "platform", "note": hostile}, spec: workflow{
			definition: asl("Fail over", task("Fail over", FunctionNeverInvoked, "")), path: always(1),
		}},
		{where: euw, name: "ledger-close", shape: shapeCron, perMinute: 0.2, tags: map[string]string{"app": "finance"}, spec: workflow{
			definition: asl("Export", task("Export", "ledger-export", "Open?"),
				`"Open?":{"Type":"Choice","Choices":[{"Variable":"$.open","BooleanEquals":true,"Next":"Wait"}],"Default":"Done"}`,
				`"Wait":{"Type":"Wait","Seconds":5,"Next":"Export"}`, `"Done":{"Type":"Succeed"}`),
			path: func(x, _ float64) int64 { return 3 + 3*int64(x*x*6) },
		}},
	}
	for _, t := range list {
		t.arn = fmt.Sprintf("arn:aws:states:%s:%s:stateMachine:%s", t.where, AccountID, t.name)
		t.metrics = machineMetrics(t)
		t.bill = billMachine
	}
	return append(list, regionTransitions(use, list), regionTransitions(euw, list))
}

// regionTransitions carries the metric of a region's Standard machines
// together. It is no resource: nothing lists it.
func regionTransitions(where string, list []*thing) *thing {
	return &thing{
		where: where, name: "state transitions", deleted: true, shape: shapeNever, spec: workflow{}, bill: func(*thing, int64, func(string, int64)) {},
		metrics: []thingMetric{{
			namespace: nsStates, name: "ConsumedCapacity", dims: []dimension{{"ServiceMetric", "StateTransition"}},
			at: func(_ *thing, minute int64, emit func(int64, uint32)) {
				for _, t := range list {
					if t.where == where && !t.spec.(workflow).express {
						if n := t.transitions(minute); n > 0 {
							emit(100, uint32(n))
						}
					}
				}
			},
		}},
	}
}

// fails tells whether the i-th execution of a minute failed.
func (w *workflow) fails(t *thing, minute, i int64) bool {
	return w.failed > 0 && t.draw(minute, i, 1) < w.failed
}

// transitions are the states that the minute's executions entered.
func (t *thing) transitions(minute int64) int64 {
	w := t.spec.(workflow)
	n := int64(0)
	for i := range t.arrivals(minute, 0) {
		if w.fails(t, minute, i) {
			n++
		} else {
			n += w.path(t.draw(minute, i, 2), t.draw(minute, i, 3))
		}
	}
	return n
}

// ms and mb are what an Express execution is billed for. The large run long.
func (w *workflow) ms(t *thing, minute, i int64) int64 {
	return w.minMS + int64(t.draw(minute, i, 4)*float64((w.maxMS-w.minMS)/100+1))*100
}

func (w *workflow) mb(t *thing, minute, i int64) int64 {
	return w.minMB + int64(t.draw(minute, i, 4)*t.draw(minute, i, 5)*float64((w.maxMB-w.minMB)/64+1))*64
}

// billMachine bills a minute execution by execution.
func billMachine(t *thing, minute int64, add func(string, int64)) {
	w := t.spec.(workflow)
	if !w.express {
		if n := t.transitions(minute); n > 0 {
			add("standard-state-transitions", n)
		}
		return
	}
	for i := range t.arrivals(minute, 0) {
		add("express-requests", 1)
		add("express-duration", w.ms(t, minute, i)*w.mb(t, minute, i))
	}
}

func machineMetrics(t *thing) []thingMetric {
	w := t.spec.(workflow)
	// each emits a value for every execution of a minute, in hundredths; none
	// for a negative one.
	each := func(name string, of func(minute, i int64) int64) thingMetric {
		return thingMetric{
			namespace: nsStates, name: name, dims: []dimension{{"StateMachineArn", t.arn}},
			at: func(t *thing, minute int64, emit func(int64, uint32)) {
				for i := range t.arrivals(minute, 0) {
					if v := of(minute, i); v >= 0 {
						emit(v, 1)
					}
				}
			},
		}
	}
	when := func(failed bool) func(minute, i int64) int64 {
		return func(minute, i int64) int64 {
			if w.fails(t, minute, i) == failed {
				return 100
			}
			return -1
		}
	}
	list := []thingMetric{
		each("ExecutionsStarted", func(int64, int64) int64 { return 100 }),
		each("ExecutionsSucceeded", when(false)),
		each("ExecutionsFailed", when(true)),
	}
	if !w.express {
		return append(list, each("ExecutionTime", func(minute, i int64) int64 { return 50_000 + int64(t.draw(minute, i, 6)*900_000) }))
	}
	return append(
		list,
		each("ExecutionTime", func(minute, i int64) int64 { return w.ms(t, minute, i)*100 - int64(t.draw(minute, i, 7)*9900) }),
		each("ExpressExecutionBilledDuration", func(minute, i int64) int64 { return w.ms(t, minute, i) * 100 }),
		each("ExpressExecutionBilledMemory", func(minute, i int64) int64 { return w.mb(t, minute, i) * 100 }),
		each("ExpressExecutionMemory", func(minute, i int64) int64 { return (w.mb(t, minute, i) - 12) * 100 << 20 }),
	)
}

func (w *workflow) kind() string {
	if w.express {
		return "EXPRESS"
	}
	return "STANDARD"
}

func (s *Server) listStateMachines(c *call) (reply, *apiError) {
	const machinesAPage = 3 // so that small accounts page too
	var in struct {
		MaxResults int
		NextToken  string
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	things := s.acct.region(c.region).thingsOf("stepfunctions")
	list, next, err := page(things, in.NextToken, machinesAPage)
	if err != nil {
		return reply{}, err
	}
	machines := []map[string]any{}
	for _, t := range list {
		w := t.spec.(workflow)
		machines = append(machines, map[string]any{"stateMachineArn": t.arn, "name": t.name, "type": w.kind(), "creationDate": t.start - 60*daySeconds})
	}
	out := map[string]any{"stateMachines": machines}
	if next != "" {
		out["nextToken"] = next
	}
	return jsonReply(out)
}

func (s *Server) describeStateMachine(c *call) (reply, *apiError) {
	var in struct{ StateMachineArn string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	t := s.acct.region(c.region).thingNamed("stepfunctions", in.StateMachineArn)
	if t == nil {
		return reply{}, &apiError{400, "StateMachineDoesNotExist", "State Machine Does Not Exist: '" + in.StateMachineArn + "'"}
	}
	w := t.spec.(workflow)
	functions := fmt.Sprintf("arn:aws:lambda:%s:%s:function:", t.where, AccountID)
	out := map[string]any{
		"stateMachineArn": t.arn, "name": t.name, "type": w.kind(), "status": "ACTIVE", "creationDate": t.start - 60*daySeconds,
		"definition": strings.ReplaceAll(w.definition, "%s", functions), "roleArn": "arn:aws:iam::" + AccountID + ":role/states",
		"loggingConfiguration": map[string]any{"level": "OFF", "includeExecutionData": false},
		"tracingConfiguration": map[string]any{"enabled": w.express},
	}
	if w.log != "" {
		group := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s:*", t.where, AccountID, w.log)
		out["loggingConfiguration"] = map[string]any{
			"level": "ERROR", "includeExecutionData": true,
			"destinations": []map[string]any{{"cloudWatchLogsLogGroup": map[string]any{"logGroupArn": group}}},
		}
	}
	return jsonReply(out)
}
