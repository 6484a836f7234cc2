package pii

import (
	"strings"
	"testing"

	"corpus"
)

// finder is one of all kinds.
func finder(t testing.TB) *Finder {
	f, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// replaced is text with all that is found in it replaced.
func replaced(f *Finder, text string) string { return apply(text, f.Append(nil, text)) }

func apply(text string, edits []corpus.Edit) string {
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.Start])
		b.WriteString(e.With)
		at = e.End
	}
	return b.String() + text[at:]
}

func TestReplaced(t *testing.T) {
	f := finder(t)
	for _, c := range []struct{ text, want string }{
		{"Write to jo.b-smith+x@mail.acme.co.uk.", "Write to <EMAIL>."},
		{"<mailto:A@B.DE>, 'c@d.fr'", "<mailto:<EMAIL>>, '<EMAIL>'"},
		{"联系abc@qq.com电话13812345678。", "联系<EMAIL>电话<PHONE>。"},
		{"IP 93.184.216.34, and 2a00:1450:4001:81b::200e.", "IP <IP>, and <IP>."},
		{"http://93.184.216.34:80/x", "http://<IP>:80/x"},
		{"from 93.184.216.34-93.184.216.40", "from <IP>-<IP>"},
		{"card 4111 1111 1111 1111 exp 12/27", "card <CARD> exp 12/27"},
		{"pay 4111-1111-1111-1111, 378282246310005", "pay <CARD>, <CARD>"},
		{"to DE89 3704 0044 0532 0130 00 now", "to <IBAN> now"},
		{"GB82WEST12345698765432", "<IBAN>"},
		{"Call +49 (0)30 901820 or (212) 555-7890 x12.", "Call <PHONE> or <PHONE>."},
		{"tel. 030/901820-17", "tel. <PHONE>"},
		{"SSN: 536-22-8726", "SSN: <ID>"},
		{"his social security number is 536 22 8726.", "his social security number is <ID>."},
		{"National Insurance: AB 12 34 56 C", "National Insurance: <ID>"},
		{"né: 2 55 08 14 168 025 38", "né: <ID>"},
		{"DNI 12345678Z y X1234567L", "DNI <ID> y <ID>"},
		{"RSSMRA85T10A562S", "<ID>"},
		{"身份证11010519491231002X。", "身份证<ID>。"},
		{"CPF 111.444.777-35; CNPJ 11.222.333/0001-81", "CPF <ID>; CNPJ <ID>"},
		{"AKIAZ3MSJV4WWNKWXYZ2", "<KEY>"},
		{"aws_secret_access_key = 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", "aws_secret_access_key = <KEY>"},
		{"export TOKEN=ghp_16C7e42F292c6912E7710c838347Ae178B4a", "export TOKEN=<KEY>"},
		{`{"password": "hunter2!"}`, `{"password": "<PASSWORD>"}`},
		{"passwd: Tr0ub4dor&3", "passwd: <PASSWORD>"},
		{"postgres://joe:s3kr3t@db.acme.com/x", "postgres://joe:<PASSWORD>@db.acme.com/x"},
		{"my password is hunter22, ok", "my password is <PASSWORD>, ok"},
		{"Authorization: Bearer mF_9.B5f-4.1JqM77xQ", "Authorization: Bearer <KEY>"},
		{
			"a\n-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat("MIIEpAIBAAKCAQEA75k0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHI\n", 4) + "-----END RSA PRIVATE KEY-----\nb",
			"a\n<KEY>\nb",
		},
	} {
		if got := replaced(f, c.text); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestLeft(t *testing.T) {
	f := finder(t)
	for _, text := range []string{
		"joe@example.com, me@mail.example.org, x@host.invalid, root@localhost, a@b.test",
		"git@github.com:golang/go.git, ssh://git@gitlab.com/x, user@host.net:/srv",
		"symbol@GLIBC_2.2, getty@tty1.service, pkg@v1.2.3, @decorator, a@@b.com, foo@bar",
		"127.0.0.1 10.1.2.3 192.168.0.1 172.20.1.9 192.0.2.7 198.51.100.2 203.0.113.200 0.0.0.0 255.255.255.0 169.254.3.4",
		"::1 2001:db8::7 fe80::1 std::vector a::b 12:34:56 01:23:45:67:89:ab 50:06:01:60:47:20:3a:4f",
		"version 2.34.200.1, libfoo-4.5.66.7, 1.3.6.1.4.1.2021, 4.1.2.3, 1.2.3.4-5, 6.1.7601.17514",
		"ISBN 978-3-16-148410-0, ISBN 0-306-40615-2, ISSN 2049-3630, 9783161484100",
		"2026-11-27 22:38:26, 20261127223826, 1764283106, 1764283106123, 2026-11-27T22:38:26+01:00",
		"d41d8cd98f00b204e9800998ecf8427e 550e8400-e29b-41d4-a716-446655440000 0xdeadbeef12345678",
		"3.141592653589793238, 4111111111111112, 1234-5678, 555-0123, 1000000 * 2000000 = 2000000000000",
		"ports 80, 443, 8080-8090; 22/tcp; 100-200-3000; 12-34-5678",
		"password: <your password>, password=None, passwd: char*, password = getpass(), PASSWORD=${PW1}, password: string",
		"postgres://user:password@host/db, http://user:pass@localhost/, $user:$pass@host",
		"token = next_token(x), secret: the-quick-brown-fox-jumps, api_key = YOUR_API_KEY_12345678",
		"AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY sk-learn sk-1",
		"-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
		"DE89370400440532013001, GB82WEST1234569876543, 12345678A, RSSMRA85T10A562T",
	} {
		if got := replaced(f, text); got != text {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestKinds(t *testing.T) {
	if _, err := New("pii.name"); err == nil || !strings.Contains(err.Error(), "pii.email") {
		t.Errorf("an unknown kind gives %v", err)
	}
	f, err := New("pii.ip", "pii.card")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := replaced(f, "a@acme.com 93.184.216.34 4111111111111111"), "a@acme.com <IP> <CARD>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, k := range Kinds() {
		if replaced(finder(t), placeholders[i]) != placeholders[i] || Attributes()[i] != k {
			t.Errorf("kind %s", k)
		}
	}
}
