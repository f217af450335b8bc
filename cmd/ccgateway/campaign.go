package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"ccgateway/internal/admin"
	"ccgateway/internal/center"
)

// maxCampaign bounds the customers of a campaign file: a skill queue takes 1,000, and an installation has some of them.
const maxCampaign = 100_000

// campaignColumns are the names that the first line of a campaign file may have.
var campaignColumns = []string{"skill", "numbers", "data", "auto", "waiting"}

// customer is a line of a campaign file.
type customer struct {
	admin.Preview
	line int
}

// readCampaign reads a campaign file. What is wrong is said with its line.
func readCampaign(file io.Reader) ([]customer, error) {
	lines := csv.NewReader(file)
	names, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: its first line names the columns")
	}
	if err != nil {
		return nil, err
	}
	names[0] = strings.TrimPrefix(names[0], "\ufeff") // spreadsheets write it in front
	for i, name := range names {
		names[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(campaignColumns, names[i]) {
			return nil, fmt.Errorf("line 1: there is no column %q, but %s", name, strings.Join(campaignColumns, ", "))
		}
	}
	for _, needed := range campaignColumns[:2] {
		if !slices.Contains(names, needed) {
			return nil, fmt.Errorf("line 1: the column %q is missing", needed)
		}
	}
	var campaign []customer
	for {
		values, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return campaign, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := lines.FieldPos(0)
		if len(campaign) == maxCampaign {
			return nil, fmt.Errorf("line %d: the file has more than %d customers", line, maxCampaign)
		}
		c := customer{line: line}
		for i, name := range names {
			if err := c.set(name, strings.TrimSpace(values[i])); err != nil {
				return nil, fmt.Errorf("line %d: %s: %w", line, name, err)
			}
		}
		campaign = append(campaign, c)
	}
}

// set takes the value of a column.
func (c *customer) set(column, value string) error {
	switch column {
	case "skill":
		n, err := strconv.Atoi(value)
		if err != nil || n <= 0 {
			return fmt.Errorf("%q is not the number of a skill queue", value)
		}
		c.Skill = center.SkillID(n)
	case "numbers":
		for number := range strings.SplitSeq(value, ";") {
			if number = strings.TrimSpace(number); number != "" {
				c.Numbers = append(c.Numbers, number)
			}
		}
		if len(c.Numbers) == 0 {
			return errors.New("there is no number")
		}
	case "data":
		c.Data = value
	case "auto":
		auto, err := strconv.ParseBool(strings.ToLower(value))
		if err != nil && value != "" {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		c.Auto = auto
	case "waiting":
		if value == "" {
			return nil
		}
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return fmt.Errorf("%q is not a time such as 2026-11-25T08:00:00+01:00", value)
		}
		c.Waiting = at
	}
	return nil
}
