package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"ccgateway/internal/admin"
	"ccgateway/internal/center"
	"ccgateway/internal/store"
)

// previewCommand gives agents customers to call.
type previewCommand struct {
	Offer    previewOfferCommand    `cmd:"" help:"Give the customers of a file to the agents of their skill queues."`
	Withdraw previewWithdrawCommand `cmd:"" help:"Take a customer back who has not been called yet."`
}

// previewOfferCommand reads a campaign file.
type previewOfferCommand struct {
	runningCenter
	File string `arg:"" help:"CSV with a line of names: skill, numbers, and if wanted data, auto, waiting." type:"existingfile"`
}

// Help has the examples of --help.
func (previewOfferCommand) Help() string {
	return "Each line of the file is a customer. Columns, named in the first line, in any order:\n\n" +
		"  skill    number of the skill queue whose agents are to call him\n" +
		"  numbers  1 to 5 telephone numbers with \";\" between them; the agent dials one (previewCallout)\n" +
		"  data     what his desktop shows of the customer, up to 16 KiB (optional)\n" +
		"  auto     true: the first number is dialled for the agent, without his looking at it (optional)\n" +
		"  waiting  since when the customer waits, as 2026-11-25T08:00:00+01:00: his place among the callers (optional)\n\n" +
		"For each line its control number is printed, or why the customer was not taken. What became of them: ccgateway records tries.\n\n" +
		"Examples:\n\n  ccgateway preview offer customers.csv --config ccgateway.yaml\n  ccgateway preview offer customers.csv --vcc 2 --admin 127.0.0.1:8081"
}

// Run sends the customers of the file, as many at a time as the program takes.
func (c previewOfferCommand) Run(ctx context.Context) (err error) {
	address, token, err := c.door()
	if err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return offerCampaign(file, os.Stdout, func(batch []admin.Preview) ([]admin.Offered, error) {
		return admin.SendPreviews(ctx, address, token, center.VCCID(c.VCC), batch)
	})
}

// offerCampaign reads a campaign file to its end before anything is sent, so that a mistake in it does not leave half of it waiting.
func offerCampaign(file io.Reader, out io.Writer, send func([]admin.Preview) ([]admin.Offered, error)) error {
	campaign, err := readCampaign(file)
	if err != nil {
		return err
	}
	refused := 0
	for len(campaign) > 0 {
		batch := campaign[:min(admin.MaxPreviews, len(campaign))]
		campaign = campaign[len(batch):]
		wanted := make([]admin.Preview, len(batch))
		for i, customer := range batch {
			wanted[i] = customer.Preview
		}
		answer, err := send(wanted)
		if err != nil {
			return fmt.Errorf("from line %d on: %w", batch[0].line, err)
		}
		for i, o := range answer {
			said := fmt.Sprintf("control number %d", o.Control)
			if o.Error != "" {
				refused++
				said = "not taken: " + o.Error
			}
			if _, err := fmt.Fprintf(out, "line %d: %s\n", batch[i].line, said); err != nil {
				return err
			}
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d customers were not taken", refused)
	}
	return nil
}

// previewWithdrawCommand takes a customer back.
type previewWithdrawCommand struct {
	runningCenter
	Control int64 `arg:"" help:"Control number, as preview offer has printed it."`
}

// Help has the examples of --help.
func (previewWithdrawCommand) Help() string {
	return "An agent who looks at the customer is told AgentEvent_Release_Preview. Who is being called cannot be taken back.\n\n" +
		"Examples:\n\n  ccgateway preview withdraw 12 --config ccgateway.yaml"
}

// Run asks the running program.
func (c previewWithdrawCommand) Run(ctx context.Context) error {
	address, token, err := c.door()
	if err != nil {
		return err
	}
	words, err := admin.WithdrawPreview(ctx, address, token, center.VCCID(c.VCC), c.Control)
	if err != nil {
		return err
	}
	fmt.Println(words)
	return nil
}

// note writes an administrator's act into the audit.
func (p *program) note(ctx context.Context, n admin.Noted) error {
	return p.store.Note(ctx, store.AuditEntry{VCC: n.VCC, ActorName: n.Actor, Act: n.Act, Detail: n.Detail})
}
