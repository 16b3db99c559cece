package awstest

import (
	"slices"
	"strings"
)

// The scheduler and pipes sign and speak apart, but are EventBridge's.
var (
	_ = simulate(simulated{
		name: "scheduler", signing: "scheduler", iam: "scheduler", protocol: protocolRESTful,
		operation: func(c *call) string {
			switch path := strings.Split(strings.Trim(c.http.URL.Path, "/"), "/"); {
			case path[0] == "schedule-groups" && len(path) == 1:
				return "ListScheduleGroups"
			case path[0] == "schedules" && len(path) == 1:
				return "ListSchedules"
			case path[0] == "schedules" && len(path) == 2:
				return "GetSchedule"
			}
			return ""
		},
		handlers: map[string]func(*Server, *call) (reply, *apiError){
			"ListScheduleGroups": (*Server).listScheduleGroups,
			"ListSchedules":      (*Server).listSchedules,
			"GetSchedule":        (*Server).getSchedule,
		},
		things: func(window) []*thing { return nil },
	})
	_ = simulate(simulated{
		name: "pipes", signing: "pipes", iam: "pipes", protocol: protocolRESTful,
		operation: func(c *call) string {
			switch path := strings.Split(strings.Trim(c.http.URL.Path, "/"), "/"); {
			case len(path) == 2 && path[1] == "pipes":
				return "ListPipes"
			case len(path) == 3 && path[1] == "pipes":
				return "DescribePipe"
			}
			return ""
		},
		handlers: map[string]func(*Server, *call) (reply, *apiError){
			"ListPipes":    (*Server).listPipes,
			"DescribePipe": (*Server).describePipe,
		},
		things: func(window) []*thing { return nil },
	})
)

// eventsOf are a region's live EventBridge resources of a kind that match.
func (s *Server) eventsOf(c *call, kind eventsKind, match func(*events) bool) []*thing {
	list := s.acct.region(c.region).thingsOf("eventbridge")
	return slices.DeleteFunc(list, func(t *thing) bool {
		e := t.spec.(events)
		return e.kind != kind || !match(&e)
	})
}

func anyEvents(*events) bool { return true }

// eventsPage words a page of things, two at most, so that small accounts page
// too.
func eventsPage(key string, things []*thing, token string, word func(*thing, *events) map[string]any) (reply, *apiError) {
	list, next, err := page(things, token, 2)
	if err != nil {
		return reply{}, err
	}
	items := []map[string]any{}
	for _, t := range list {
		e := t.spec.(events)
		items = append(items, word(t, &e))
	}
	out := map[string]any{key: items}
	if next != "" {
		out["NextToken"] = next
	}
	return jsonReply(out)
}

// eventsInput is what the calls of buses and rules take.
type eventsInput struct {
	EventBusName, Rule, NextToken string
}

func (s *Server) listEventBuses(c *call) (reply, *apiError) {
	var in eventsInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	return eventsPage("EventBuses", s.eventsOf(c, eventBus, anyEvents), in.NextToken, func(t *thing, _ *events) map[string]any {
		return map[string]any{"Name": t.name, "Arn": t.arn, "Policy": `{"Statement":[{"Sid":"` + PlantedSecret + `"}]}`, "CreationTime": t.start, "LastModifiedTime": t.start}
	})
}

func (s *Server) listRules(c *call) (reply, *apiError) {
	var in eventsInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	rules := s.eventsOf(c, eventRule, func(e *events) bool { return e.bus == in.EventBusName })
	return eventsPage("Rules", rules, in.NextToken, func(t *thing, e *events) map[string]any {
		out := map[string]any{"Name": t.name, "Arn": t.arn, "EventBusName": e.bus, "State": "ENABLED", "Description": PlantedSecret}
		for key, value := range map[string]string{"ScheduleExpression": e.expression, "EventPattern": e.pattern, "ManagedBy": e.managed} {
			if value != "" {
				out[key] = value
			}
		}
		if e.disabled {
			out["State"] = "DISABLED"
		}
		return out
	})
}

func (s *Server) listTargets(c *call) (reply, *apiError) {
	var in eventsInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	rules := s.eventsOf(c, eventRule, func(e *events) bool { return e.bus == in.EventBusName })
	i := slices.IndexFunc(rules, func(t *thing) bool { return t.name == in.Rule })
	if i < 0 {
		return reply{}, &apiError{400, "ResourceNotFoundException", "Rule " + in.Rule + " does not exist on EventBus " + in.EventBusName + "."}
	}
	e := rules[i].spec.(events)
	list, next, err := page(e.targets, in.NextToken, 1)
	if err != nil {
		return reply{}, err
	}
	targets := []map[string]any{}
	for _, arn := range list {
		target := map[string]any{"Id": "t", "Arn": arn, "Input": PlantedSecret, "HttpParameters": map[string]any{"HeaderParameters": map[string]string{"key": PlantedSecret}}}
		if e.dead != "" {
			target["DeadLetterConfig"] = map[string]string{"Arn": "arn:aws:sqs:" + c.region + ":" + AccountID + ":" + e.dead}
		}
		targets = append(targets, target)
	}
	out := map[string]any{"Targets": targets}
	if next != "" {
		out["NextToken"] = next
	}
	return jsonReply(out)
}

func (s *Server) listArchives(c *call) (reply, *apiError) {
	var in eventsInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	return eventsPage("Archives", s.eventsOf(c, eventArchive, anyEvents), in.NextToken, func(t *thing, e *events) map[string]any {
		held := e.holds(t, c.now.Unix())
		return map[string]any{
			"ArchiveName": t.name, "EventSourceArn": "arn:aws:events:" + c.region + ":" + AccountID + ":event-bus/" + e.bus, "State": "ENABLED",
			"RetentionDays": 0, "SizeBytes": held, "EventCount": held / 1000, "CreationTime": t.start,
		}
	})
}

func (s *Server) listScheduleGroups(c *call) (reply, *apiError) {
	return eventsPage("ScheduleGroups", s.eventsOf(c, scheduleGroup, anyEvents), c.http.URL.Query().Get("NextToken"), func(t *thing, _ *events) map[string]any {
		return map[string]any{"Name": t.name, "Arn": t.arn, "State": "ACTIVE", "CreationDate": t.start}
	})
}

func (s *Server) listSchedules(c *call) (reply, *apiError) {
	q := c.http.URL.Query()
	schedules := s.eventsOf(c, schedule, func(e *events) bool { return q.Get("ScheduleGroup") == "" || e.group == q.Get("ScheduleGroup") })
	return eventsPage("Schedules", schedules, q.Get("NextToken"), func(t *thing, e *events) map[string]any {
		return map[string]any{
			"Name": t.name, "Arn": t.arn, "GroupName": e.group, "State": "ENABLED", "CreationDate": t.start, "LastModificationDate": t.start,
			"Target": map[string]string{"Arn": e.targets[0]},
		}
	})
}

func (s *Server) getSchedule(c *call) (reply, *apiError) {
	name := c.http.URL.Path[strings.LastIndexByte(c.http.URL.Path, '/')+1:]
	group := c.http.URL.Query().Get("groupName")
	for _, t := range s.eventsOf(c, schedule, func(e *events) bool { return e.group == group }) {
		e := t.spec.(events)
		if t.name != name {
			continue
		}
		target := map[string]any{"Arn": e.targets[0], "RoleArn": "arn:aws:iam::" + AccountID + ":role/scheduler", "Input": PlantedSecret}
		if e.dead != "" {
			target["DeadLetterConfig"] = map[string]string{"Arn": "arn:aws:sqs:" + c.region + ":" + AccountID + ":" + e.dead}
		}
		return jsonReply(map[string]any{
			"Name": t.name, "Arn": t.arn, "GroupName": e.group, "State": "ENABLED", "ScheduleExpression": e.expression,
			"Description": PlantedSecret, "CreationDate": t.start, "LastModificationDate": t.start, "Target": target,
		})
	}
	return reply{}, &apiError{404, "ResourceNotFoundException", "Schedule " + name + " does not exist."}
}

// wordPipe is what both of the calls tell of a pipe.
func wordPipe(t *thing, e *events) map[string]any {
	out := map[string]any{
		"Name": t.name, "Arn": t.arn, "CurrentState": "RUNNING", "DesiredState": "RUNNING", "Source": e.source, "Target": e.targets[0],
		"CreationTime": t.start, "LastModifiedTime": t.start,
	}
	if e.enrichment != "" {
		out["Enrichment"] = e.enrichment
	}
	return out
}

func (s *Server) listPipes(c *call) (reply, *apiError) {
	return eventsPage("Pipes", s.eventsOf(c, pipe, anyEvents), c.http.URL.Query().Get("NextToken"), wordPipe)
}

func (s *Server) describePipe(c *call) (reply, *apiError) {
	name := c.http.URL.Path[strings.LastIndexByte(c.http.URL.Path, '/')+1:]
	for _, t := range s.eventsOf(c, pipe, anyEvents) {
		if e := t.spec.(events); t.name == name {
			out := wordPipe(t, &e)
			out["SourceParameters"] = map[string]any{
				"SqsQueueParameters": map[string]any{"BatchSize": e.batch},
				"FilterCriteria":     map[string]any{"Filters": []map[string]string{{"Pattern": PlantedSecret}}},
			}
			out["TargetParameters"] = map[string]any{"InputTemplate": PlantedSecret}
			out["EnrichmentParameters"] = map[string]any{"InputTemplate": PlantedSecret}
			return jsonReply(out)
		}
	}
	return reply{}, &apiError{404, "NotFoundException", "Pipe " + name + " does not exist."}
}
