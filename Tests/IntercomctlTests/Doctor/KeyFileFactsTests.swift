import Config
import Crypto
import Testing

@testable import Intercomctl

@Suite struct KeyFileFactsTests {
    let paths = Paths(stateDirectory: "/s", runtimeDirectory: nil)

    /// All is right: the station is user 990.
    func facts() -> KeyFileFacts {
        var facts = KeyFileFacts(paths: paths)
        facts.owner = 990
        facts.folder = .seen(mode: 0o700, owner: 990)
        facts.identity = .seen(mode: 0o600, owner: 990)
        return facts
    }

    private func psk(_ peer: String, _ sight: KeyFileFacts.Sight, fault: String? = nil)
        -> KeyFileFacts.PSK
    {
        .init(peer: peer, path: "/s/keys/\(peer).psk", sight: sight, fault: fault)
    }

    @Test func eachFaultHasItsLineWithTheCommandThatMendsIt() {
        let well = KeyFileFacts.Sight.seen(mode: 0o600, owner: 990)
        let cases: [((inout KeyFileFacts) -> Void, [String])] = [
            (
                { $0.psks = [psk("a", well)] },
                ["ok keys identity 0600 in /s/keys 0700, 1 pre-shared key"]
            ),
            (
                {
                    $0.folder = .seen(mode: 0o750, owner: 990)
                    $0.identity = .seen(mode: 0o644, owner: 990)
                    $0.psks = [psk("a", .seen(mode: 0o604, owner: 990))]
                },
                [("", "750", "700"), ("/identity", "644", "600"), ("/a.psk", "604", "600")].map {
                    "FAIL keys /s/keys\($0) is 0\($1): others have rights on it"
                        + " -> sudo chmod \($2) /s/keys\($0)"
                }
            ),
            (
                { $0.identity = .seen(mode: 0o600, owner: 0) },
                [
                    "FAIL keys /s/keys/identity belongs to user 0, the station to user"
                        + " 990 -> sudo chown -h 990 /s/keys/identity"
                ]
            ),
            (
                { $0.psks = [psk("a", .absent), psk("b", well, fault: "/s/keys/b.psk is torn")] },
                [
                    "FAIL keys a there is no /s/keys/a.psk -> sudo",
                    "FAIL keys b /s/keys/b.psk is torn -> sudo",
                ]
            ),
            (
                { $0.identityFault = "/s/keys/identity is not an identity" },
                ["FAIL keys /s/keys/identity is not"]
            ),
            // A secret that is hidden from us is hidden from others.
            (
                {
                    $0.identity = .hidden
                    $0.psks = [psk("a", .hidden)]
                }, ["ok keys not readable by this user, as intended"]
            ),
            (
                {
                    let own = "key: it is this station's own key"
                    $0.mistakes = [Mistake(Origin(file: "/p", line: 3), own)]
                },
                [
                    "FAIL keys /p:3: key: it is this station's own key"
                        + " -> intercomctl key show on that station"
                ]
            ),
            (
                { ($0.peersWithoutPSK, $0.shared) = (["a"], ["b"]) }, ["ok ", "ok ", "ok "]
            ),
        ]
        for (change, expected) in cases {
            var facts = facts()
            change(&facts)
            let found = lines(.keys, facts.report(to:))
            #expect(found.count == expected.count, "\(found)")
            for (line, begin) in zip(found, expected) {
                #expect(line.hasPrefix(begin), "\(line)")
            }
        }
    }

    @Test func beforeTheFirstStartThereIsNone() {
        #expect(lines(.keys, KeyFileFacts(paths: paths).report(to:))[0].contains("no identity yet"))
    }

    /// Nobody goes to a thief to give both sides a secret.
    @Test func aPeerThatWasPutOutNeedsNone() throws {
        for revoked in ["yes", "no"] {
            let text = "[station]\nname = x\n[peer a]\nkey = \(Self.key)\nrevoked = \(revoked)\n"
            let source = ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))
            let config = try Config([source], paths: paths)
            let facts = KeyFileFacts(
                Situation(folder: "/x", paths: paths, settings: .right(config), daemon: .down))
            #expect(facts.peersWithoutPSK == (revoked == "yes" ? [] : ["a"]))
        }
    }

    private static let key =
        X25519.publicKey(of: Key(copying: [UInt8](repeating: 9, count: 32).span)).text
}
