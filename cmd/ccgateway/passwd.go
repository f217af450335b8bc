package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"ccgateway/internal/password"
)

// passwdHashCommand makes password_hash lines for the configuration file. Passwords come by standard input alone: arguments are seen by
// everybody on the machine, and stay in the shell's history.
type passwdHashCommand struct {
	Agent int `help:"Number of the agent, which the password must not contain."`
}

// Help has the examples of --help.
func (passwdHashCommand) Help() string {
	return "Reads passwords from standard input, one a line, and writes a line for the configuration file for each.\n" +
		"On a terminal it asks for one, without showing it.\n\n" +
		"Examples:\n\n  ccgateway passwd-hash --agent 101\n  ccgateway passwd-hash < passwords.txt"
}

// Run reads, checks and hashes.
func (c passwdHashCommand) Run(ctx context.Context) error {
	if fd := int(os.Stdin.Fd()); term.IsTerminal(fd) { //nolint:gosec // a descriptor fits into an int
		text, err := askTwice(func(question string) (string, error) {
			fmt.Fprint(os.Stderr, question)
			text, err := term.ReadPassword(fd)
			fmt.Fprintln(os.Stderr)
			return string(text), err
		})
		if err != nil {
			return err
		}
		return hashLines(ctx, strings.NewReader(text), os.Stdout, c.Agent)
	}
	return hashLines(ctx, os.Stdin, os.Stdout, c.Agent)
}

// errNotTheSame says that the two passwords differ.
var errNotTheSame = errors.New("the two passwords are not the same")

// askTwice reads a password twice, since nobody sees what he types.
func askTwice(ask func(question string) (string, error)) (string, error) {
	first, err := ask("Password: ")
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	second, err := ask("Again: ")
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	if first != second {
		return "", errNotTheSame
	}
	return first, nil
}

// errNoPasswords says that standard input was empty.
var errNoPasswords = errors.New("standard input has no password")

// hashLines hashes each line of in. The first that breaks the rules ends it; an error names its line, never what stands there.
func hashLines(ctx context.Context, in io.Reader, out io.Writer, agent int) error {
	hasher := password.NewHasher(1)
	lines := bufio.NewScanner(in)
	number := 0
	for lines.Scan() {
		number++
		text := strings.TrimSuffix(lines.Text(), "\r")
		if broken := password.Broken(agent, text); len(broken) > 0 {
			return fmt.Errorf("password in line %d: %s", number, strings.Join(broken, "; "))
		}
		hash, err := hasher.Hash(ctx, text)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "password_hash: %q\n", hash); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read passwords: %w", err)
	}
	if number == 0 {
		return errNoPasswords
	}
	return nil
}
