// Package imports brings in what did not come from CloudWatch: REPORT lines
// from log files (Logs) and invocations a minute of a recorded workload
// (Trace). Both write through the tables that a collection writes, so that
// every analysis reads them alike.
package imports
