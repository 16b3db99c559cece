package awstest

import "strings"

// tablesAPage is less than AWS's 100, so that small accounts page too.
const tablesAPage = 3

// Automatic scaling answers for tables and indexes whose capacity swings.
var _ = simulate(simulated{
	name: "scaling", signing: "application-autoscaling", iam: "application-autoscaling", protocol: protocolJSON11,
	handlers: map[string]func(*Server, *call) (reply, *apiError){"DescribeScalableTargets": (*Server).describeScalableTargets},
	things:   func(window) []*thing { return nil },
})

// tables are the live tables of a region, without their indexes.
func (s *Server) tables(where string) []*thing {
	var out []*thing
	for _, t := range s.acct.region(where).thingsOf("dynamodb") {
		if t.spec.(dynamo).table == "" {
			out = append(out, t)
		}
	}
	return out
}

func (s *Server) listTables(c *call) (reply, *apiError) {
	var in struct {
		ExclusiveStartTableName string
		Limit                   int
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	names := []string{}
	size := tablesAPage
	if in.Limit > 0 {
		size = min(size, in.Limit)
	}
	out := map[string]any{}
	for _, t := range s.tables(c.region) {
		if t.name <= in.ExclusiveStartTableName {
			continue
		}
		if len(names) == size {
			out["LastEvaluatedTableName"] = names[size-1]
			break
		}
		names = append(names, t.name)
	}
	out["TableNames"] = names
	return jsonReply(out)
}

// tableOf finds the table that a call names.
func (s *Server) tableOf(c *call) (*thing, *apiError) {
	var in struct{ TableName string }
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	for _, t := range s.tables(c.region) {
		if t.name == in.TableName {
			return t, nil
		}
	}
	return nil, &apiError{400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "Requested resource not found: Table: " + in.TableName + " not found"}
}

func (s *Server) describeTable(c *call) (reply, *apiError) {
	t, err := s.tableOf(c)
	if err != nil {
		return reply{}, err
	}
	spec := t.spec.(dynamo)
	out := t.described(c)
	out["TableName"], out["TableArn"], out["TableStatus"] = t.name, t.arn, "ACTIVE"
	out["TableId"], out["CreationDateTime"] = uuid(t.seed, 1), t.start-90*daySeconds
	out["KeySchema"] = []map[string]string{{"AttributeName": PlantedSecret, "KeyType": "HASH"}}
	if spec.onDemand {
		since := t.start - 90*daySeconds
		if spec.switched > 0 {
			since = spec.switchedAt
		}
		out["BillingModeSummary"] = map[string]any{"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": since}
	}
	if spec.infrequent {
		out["TableClassSummary"] = map[string]any{"TableClass": "STANDARD_INFREQUENT_ACCESS"}
	}
	if spec.stream {
		label := "2026-01-01T00:00:00.000"
		out["StreamSpecification"] = map[string]any{"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"}
		out["LatestStreamLabel"], out["LatestStreamArn"] = label, t.arn+"/stream/"+label
	}
	if len(spec.replicas) > 0 {
		var list []map[string]any
		for _, region := range spec.replicas {
			list = append(list, map[string]any{"RegionName": region, "ReplicaStatus": "ACTIVE"})
		}
		out["Replicas"], out["GlobalTableVersion"] = list, "2019.11.21"
	}
	var indexes []map[string]any
	for _, x := range s.acct.region(c.region).thingsOf("dynamodb") {
		if x.spec.(dynamo).table == t.name {
			d := x.described(c)
			d["IndexName"], d["IndexArn"], d["IndexStatus"], d["IndexSizeBytes"] = x.indexName(), x.arn, "ACTIVE", d["TableSizeBytes"]
			delete(d, "TableSizeBytes")
			indexes = append(indexes, d)
		}
	}
	if len(indexes) > 0 {
		out["GlobalSecondaryIndexes"] = indexes
	}
	return jsonReply(map[string]any{"Table": out})
}

// described is what tables and indexes have in common: capacity now, and size
// as it was counted last.
func (t *thing) described(c *call) map[string]any {
	s := t.spec.(dynamo)
	now := c.now.Unix()
	bytes, items := s.size(t, now-now%sizeCountedS)
	capacity := map[string]any{"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, "NumberOfDecreasesToday": 0}
	if s.provisioned(now) {
		capacity["ReadCapacityUnits"], capacity["WriteCapacityUnits"] = s.capacity(now)
	}
	return map[string]any{"TableSizeBytes": bytes, "ItemCount": items, "ProvisionedThroughput": capacity}
}

func (s *Server) describeContinuousBackups(c *call) (reply, *apiError) {
	t, err := s.tableOf(c)
	if err != nil {
		return reply{}, err
	}
	recovery := map[string]any{"PointInTimeRecoveryStatus": "DISABLED"}
	if t.spec.(dynamo).pitr {
		recovery = map[string]any{
			"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35,
			"EarliestRestorableDateTime": c.now.Unix() - 35*daySeconds, "LatestRestorableDateTime": c.now.Unix() - 300,
		}
	}
	return jsonReply(map[string]any{"ContinuousBackupsDescription": map[string]any{
		"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
	}})
}

func (s *Server) describeScalableTargets(c *call) (reply, *apiError) {
	var in struct {
		ServiceNamespace, NextToken string
		MaxResults                  int
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	var all []map[string]any
	for _, t := range s.acct.region(c.region).thingsOf("dynamodb") {
		spec := t.spec.(dynamo)
		if in.ServiceNamespace != "dynamodb" || spec.rcuSwing == 0 {
			continue
		}
		id, kind := "table/"+t.name, "table"
		if spec.table != "" {
			id, kind = "table/"+strings.Replace(t.name, "/", "/index/", 1), "index"
		}
		one := func(what string, least, swing int64) map[string]any {
			return map[string]any{
				"ServiceNamespace": "dynamodb", "ResourceId": id, "ScalableDimension": "dynamodb:" + kind + ":" + what,
				"MinCapacity": least, "MaxCapacity": least + swing, "RoleARN": "arn:aws:iam::" + AccountID + ":role/scaling", "CreationTime": t.start,
			}
		}
		all = append(all, one("ReadCapacityUnits", spec.rcu, spec.rcuSwing), one("WriteCapacityUnits", spec.wcu, spec.wcuSwing))
	}
	list, next, err := page(all, in.NextToken, 1)
	if err != nil {
		return reply{}, err
	}
	out := map[string]any{"ScalableTargets": append([]map[string]any{}, list...)}
	if next != "" {
		out["NextToken"] = next
	}
	return jsonReply(out)
}
