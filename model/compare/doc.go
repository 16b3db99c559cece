// Package compare holds a workload on Lambda against the other ways to run
// it: the other architecture, provisioned concurrency, Lambda Managed
// Instances, Fargate tasks and EC2 instances, each bought in several ways.
//
// Servers are sized by Little's law for the peak: CPU and memory each at most
// to a target utilisation, two servers at least, in two zones. What CPU a
// request needs is rarely known; it lies between none (all waiting) and the
// whole of its duration at the function's CPU share, and so every server's
// cost is a range. The break-even rate is where a server's likely cost meets
// Lambda's at the same duration and memory, found exactly on the staircase
// that whole servers make.
//
// Where the load is known hour by hour, Fargate and EC2 also follow it by
// target tracking, at the price of what waits and is turned away while servers
// start; savings plans then commit to the steady base alone. What such servers
// cost is played minute by minute, and their break-even is searched for.
//
// Prices are the book's; costs here are estimates in floating point, unlike
// bills.
package compare
