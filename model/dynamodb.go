package model

import (
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const amazonDynamoDB = "AmazonDynamoDB"

// What one read and one write of an item is metered by (Amazon DynamoDB
// pricing page: reads in steps of 4 KB, writes in steps of 1 KB).
const (
	dynamoDBReadKB  = 4
	dynamoDBWriteKB = 1
)

// The values of the field consistency.
const (
	consistencyEventual      = "eventual"
	consistencyStrong        = "strong"
	consistencyTransactional = "transactional"
)

var _ = register(Service{
	Name:     "dynamodb",
	Work:     []string{"ConsumedReadCapacityUnits"},
	Inferred: "AWS bills 100 bytes an item on top of the size it publishes, and that size is known at inventories only: storage lies within what was written between them; backups and reads of streams other than by Lambda are not counted",
	Fields: []Field{
		{Name: "capacity_mode", Kind: Choice, Choices: []string{"on-demand", "provisioned"}},
		{Name: "table_class", Kind: Choice, Choices: []string{"standard", "standard-ia"}},
		{Name: "read_request_units"},
		{Name: "write_request_units"},
		{Name: "reads"},
		{Name: "writes"},
		{Name: "item_kb"},
		{Name: "consistency", Kind: Choice, Choices: []string{consistencyEventual, consistencyStrong, consistencyTransactional}},
		{Name: "rcu"},
		{Name: "wcu"},
		{Name: "hours", Default: HoursInMonth},
		{Name: "storage_gb"},
		{Name: "streams_read_units"},
		{Name: "pitr_gb"},
		{Name: "backup_gb"},
		{Name: "restored_gb"},
		{Name: "replicated_write_request_units"},
		{Name: "replicated_wcu"},
	},
	Allowances: []Allowance{
		dynamoDBAllowance("DynamoDB storage", "storage-standard"),
		dynamoDBAllowance("DynamoDB read capacity", "provisioned-read"),
		dynamoDBAllowance("DynamoDB write capacity", "provisioned-write"),
		dynamoDBAllowance("DynamoDB streams", "streams-read"),
	},
	Bill: billDynamoDB,
})

// dynamoDBAllowance is free in every region, for tables of the standard class
// only: those of standard-ia have dimensions of their own.
func dynamoDBAllowance(name, dimension string) Allowance {
	return Allowance{
		Name:      name,
		Of:        price.Key{Service: amazonDynamoDB, Region: "us-east-1", Dimension: dimension},
		Covers:    []string{dimension},
		PerRegion: true,
	}
}

// ReadUnits returns how many read request units, or read capacity units a
// second, a read of an item of kb KB takes: half a unit for every 4 KB begun
// if eventually consistent, one if strongly consistent, two in a transaction
// (Amazon DynamoDB pricing page).
func ReadUnits(kb unit.Quantity, consistency string) unit.Quantity {
	chunks := Chunks(kb, dynamoDBReadKB)
	switch consistency {
	case consistencyTransactional:
		return chunks.Mul(unit.QuantityOf(2))
	case consistencyStrong:
		return chunks
	}
	return chunks.Div(unit.QuantityOf(2))
}

// WriteUnits returns how many write request units, or write capacity units a
// second, a write of an item of kb KB takes: one for every KB begun, two in a
// transaction (Amazon DynamoDB pricing page).
func WriteUnits(kb unit.Quantity, consistency string) unit.Quantity {
	chunks := Chunks(kb, dynamoDBWriteKB)
	if consistency == consistencyTransactional {
		return chunks.Mul(unit.QuantityOf(2))
	}
	return chunks
}

// billDynamoDB follows the Amazon DynamoDB pricing pages: throughput by the
// request or by the hour of capacity, at prices of the table's class; storage
// by class; streams, backups and restores alike for all. A table may change
// its mode during a month, so what is billed in the other mode is billed.
func billDynamoDB(l *Lines, v Values) {
	class, storage := "", "storage-standard"
	if v.Text("table_class") == "standard-ia" {
		class, storage = "ia-", "ia-storage"
	}
	reads, writes := dynamoDBRequestUnits(v)
	hours := v.Number("hours")
	l.Add(amazonDynamoDB, class+"on-demand-read", reads)
	l.Add(amazonDynamoDB, class+"on-demand-write", writes)
	l.Add(amazonDynamoDB, class+"replicated-write-on-demand (global tables)", v.Number("replicated_write_request_units"))
	l.Add(amazonDynamoDB, class+"provisioned-read", v.Number("rcu").Mul(hours))
	l.Add(amazonDynamoDB, class+"provisioned-write", v.Number("wcu").Mul(hours))
	l.Add(amazonDynamoDB, class+"replicated-write-provisioned (global tables)", v.Number("replicated_wcu").Mul(hours))

	l.Add(amazonDynamoDB, storage, v.Number("storage_gb"))
	l.Add(amazonDynamoDB, "streams-read", v.Number("streams_read_units"))
	l.Add(amazonDynamoDB, "pitr-storage", v.Number("pitr_gb"))
	l.Add(amazonDynamoDB, "on-demand-backup-storage", v.Number("backup_gb"))
	l.Add(amazonDynamoDB, "restore", v.Number("restored_gb"))
	warnDynamoDB(l, v)
}

// dynamoDBRequestUnits returns the request units given and those that reads
// and writes take. A provisioned table pays for capacity, not for requests.
func dynamoDBRequestUnits(v Values) (reads, writes unit.Quantity) {
	reads, writes = v.Number("read_request_units"), v.Number("write_request_units")
	if v.Text("capacity_mode") == "provisioned" {
		return reads, writes
	}
	kb, consistency := v.Number("item_kb"), v.Text("consistency")
	return reads.Add(v.Number("reads").Mul(ReadUnits(kb, consistency))),
		writes.Add(v.Number("writes").Mul(WriteUnits(kb, consistency)))
}

// warnDynamoDB names what is priced as given and looks like an oversight.
func warnDynamoDB(l *Lines, v Values) {
	if v.Text("capacity_mode") == "provisioned" {
		if f := anyGiven(v, "read_request_units", "write_request_units", "replicated_write_request_units"); f != "" {
			l.Warn("usage", f+": only a table in on-demand mode is billed by request units, so they are billed as one's (capacity_mode is provisioned)")
		}
		if f := anyGiven(v, "reads", "writes"); f != "" {
			l.Warn("usage", f+": a provisioned table is billed by rcu and wcu, not by requests: they cost nothing")
		}
		return
	}
	if f := anyGiven(v, "rcu", "wcu", "replicated_wcu"); f != "" {
		l.Warn("usage", f+": only a provisioned table has capacity units, so they are billed as one's (capacity_mode is on-demand)")
	}
	for _, pair := range [][2]string{{"reads", "read_request_units"}, {"writes", "write_request_units"}} {
		if v.Number(pair[0]).Sign() > 0 && v.Number(pair[1]).Sign() > 0 {
			l.Warn("usage", pair[0]+" and "+pair[1]+" are both given and both billed")
		}
	}
}
