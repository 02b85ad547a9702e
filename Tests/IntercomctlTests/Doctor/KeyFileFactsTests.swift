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

    @Test func rightKeysAreOneLine() {
        var facts = facts()
        facts.psks = [
            .init(peer: "a", path: "/s/keys/a.psk", sight: .seen(mode: 0o600, owner: 990))
        ]
        #expect(
            lines(.keys, facts.report(to:))
                == ["ok    keys            identity 0600 in /s/keys 0700, 1 pre-shared key"])
    }

    @Test func rightsForOthersAreAFailureWithTheirCommand() {
        var facts = facts()
        facts.folder = .seen(mode: 0o750, owner: 990)
        facts.identity = .seen(mode: 0o644, owner: 990)
        facts.psks = [
            .init(peer: "a", path: "/s/keys/a.psk", sight: .seen(mode: 0o604, owner: 990))
        ]
        #expect(
            lines(.keys, facts.report(to:)) == [
                "FAIL  keys            /s/keys is 0750: others have rights on it"
                    + "  -> sudo chmod 700 /s/keys",
                "FAIL  keys            /s/keys/identity is 0644: others have rights on it"
                    + "  -> sudo chmod 600 /s/keys/identity",
                "FAIL  keys            /s/keys/a.psk is 0604: others have rights on it"
                    + "  -> sudo chmod 600 /s/keys/a.psk",
            ])
    }

    @Test func keysOfAnotherUserAreAFailure() {
        var facts = facts()
        facts.identity = .seen(mode: 0o600, owner: 0)
        #expect(
            lines(.keys, facts.report(to:)) == [
                "FAIL  keys            /s/keys/identity belongs to user 0, the station to user 990"
                    + "  -> sudo chown -h 990 /s/keys/identity"
            ])
    }

    @Test func aMissingOrTornSecretIsAFailure() {
        var facts = facts()
        facts.psks = [
            .init(peer: "a", path: "/s/keys/a.psk", sight: .absent),
            .init(
                peer: "b", path: "/s/keys/b.psk", sight: .seen(mode: 0o600, owner: 990),
                fault: "/s/keys/b.psk is torn"),
        ]
        let found = lines(.keys, facts.report(to:))
        #expect(found.count == 2)
        #expect(found[0].hasPrefix("FAIL  keys a          there is no /s/keys/a.psk  -> sudo"))
        #expect(found[1].hasPrefix("FAIL  keys b          /s/keys/b.psk is torn  -> sudo"))
    }

    @Test func aTornIdentityIsAFailure() {
        var facts = facts()
        facts.identityFault = "/s/keys/identity is not an identity"
        #expect(
            lines(.keys, facts.report(to:))[0].hasPrefix(
                "FAIL  keys            /s/keys/identity is not"))
    }

    @Test func beforeTheFirstStartThereIsNone() {
        #expect(lines(.keys, KeyFileFacts(paths: paths).report(to:))[0].contains("no identity yet"))
    }

    @Test func whatIsHiddenFromUsIsHiddenFromOthers() {
        var facts = facts()
        facts.identity = .hidden
        facts.psks = [.init(peer: "a", path: "/s/keys/a.psk", sight: .hidden)]
        #expect(
            lines(.keys, facts.report(to:)) == [
                "ok    keys            not readable by this user, as intended"
                    + "  -> sudo intercomctl doctor keys"
            ])
    }

    @Test func aPeerWithoutPSKAndOneThatSharesItAreAdvice() {
        var facts = facts()
        facts.peersWithoutPSK = ["a"]
        facts.shared = ["b"]
        #expect(verdicts(.keys, facts.report(to:)) == [.ok, .ok, .ok])
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

    @Test func aPeersKeyThatDoesNotFitIsAFailure() {
        var facts = facts()
        facts.mistakes = [Mistake(Origin(file: "/p", line: 3), "key: it is this station's own key")]
        #expect(
            lines(.keys, facts.report(to:)) == [
                "FAIL  keys            /p:3: key: it is this station's own key"
                    + "  -> intercomctl key show on that station"
            ])
    }
}
