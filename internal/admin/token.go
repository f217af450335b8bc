package admin

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// tokenFile is the name of the token's file in the data folder. Only the owner of the folder can read it, so whoever can read
// it may administer the installation.
const tokenFile = "admin.token"

// Token reads the installation's token from the data folder; it is made there at the first start.
func Token(folder string) (string, error) {
	token, err := ReadToken(folder)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return token, err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return "", fmt.Errorf("make admin token: %w", err)
	}
	token = hex.EncodeToString(secret)
	if err := os.WriteFile(filepath.Join(folder, tokenFile), []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep admin token: %w", err)
	}
	return token, nil
}

// ReadToken reads the token of an installation that has been started before.
func ReadToken(folder string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(folder, tokenFile))
	if err != nil {
		return "", fmt.Errorf("read admin token: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}
