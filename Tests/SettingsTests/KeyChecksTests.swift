import Config
import Crypto
import Files
import Testing

@Suite struct KeyChecksTests {
    /// Public keys of the secrets 11…11 and 22…22.
    static let one = "intercom1:pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp"

    /// If the digits are not those of the key, one of the two is wrong.
    @Test func verifiedIsBoundToTheKey() throws {
        let key = try #require(PublicKey(text: Self.one))
        for (digits, mistakes) in [
            (key.fingerprint, []),
            (key.fingerprint.filter { $0 != " " }, []),
            (String(key.fingerprint.reversed()), ["x.conf:5"]),
        ] {
            let found = KeyChecks.keys(of: try peers([Self.one], verified: digits), own: nil)
            #expect(found.mistakes.map { String($0.description.prefix(8)) } == mistakes)
            if mistakes.isEmpty { #expect(found.keys == [key]) }
        }
        #expect(try !peers([Self.one])[0].isVerified)
        #expect(throws: ConfigError.self) { try peers([Self.one], verified: "1234") }
    }

    func peers(_ keys: [String], verified: String = "") throws -> [Config.Peer] {
        var text = "[station]\nname = kitchen\n"
        for (place, key) in keys.enumerated() {
            text += "[peer p\(place)]\nkey = \(key)\nverified = \(verified)\n"
        }
        let source = ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))
        let paths = Paths(stateDirectory: nil, runtimeDirectory: nil)
        return try Config([source], paths: paths).peers
    }

    @Test func aTypingMistakeIsFoundAtItsLine() throws {
        let wrong = Self.one.dropLast() + "q"
        let found = KeyChecks.keys(of: try peers([String(wrong)]), own: nil)
        #expect(
            found.mistakes.map(\.description) == [
                "x.conf:4: key: its check characters do not fit; copy it again"
            ])
    }

    @Test func aTypingMistakeInARecordingKeyIsFoundAtItsLine() throws {
        let key = RecordingKey.random().publicKey.text
        let mistyped = String(key.dropLast() + (key.last == "q" ? "a" : "q"))
        let complaint =
            "x.conf:4: to: not the public half of a recording key (intercomctl recording keygen),"
            + " or mistyped: copy it again"
        for (key, mistakes) in [
            (key, []), (mistyped, [complaint]), (String(key.dropLast()), [complaint]),
            ("intercom1:abc:defg", [complaint]), ("house.key", [complaint]),
        ] {
            let text = "[station]\nname = kitchen\n[record calls]\nto = \(key)\n"
            let source = ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))
            let paths = Paths(stateDirectory: nil, runtimeDirectory: nil)
            let config = try Config([source], paths: paths)
            let found = KeyChecks.mistakes(inKeysOf: config.records)
            #expect(found.map { $0.description } == mistakes)
        }
    }

    private func kitchen(_ entry: String, main: String = "") throws -> Config {
        let text = "[station]\nname = kitchen\n\(main)\n[channel house]\nmembers = kitchen, attic\n"
        let attic = X25519.publicKey(of: .random()).text
        let files = "[peer attic]\nkey = \(attic)\n\(entry)\n"
        return try Config(
            [
                ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8)),
                ConfigSource(role: .peers, path: "p.conf", bytes: Array(files.utf8)),
            ], paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
    }

    @Test func oneFolderOfPeersServesAllStations() throws {
        let own = try #require(PublicKey(text: Self.one))
        let config = try kitchen("[peer kitchen]\nkey = \(Self.one)")
        #expect(config.warnings.count == 1)
        let rest = try KeyChecks.withoutItself(config, own: own)
        #expect(rest.peers.map(\.name) == ["attic"])
        #expect(rest.warnings.isEmpty)
        #expect(rest.listeners(of: .channel("house")) == [0])
        // The controls: of an unknown key nothing is known, and another key is another station.
        #expect(try KeyChecks.withoutItself(config, own: nil) == config)
        let other = X25519.publicKey(of: .random())
        #expect(try KeyChecks.withoutItself(config, own: other) == config)
    }

    @Test func noButtonTalksToItsOwnStation() throws {
        let own = try #require(PublicKey(text: Self.one))
        let config = try kitchen(
            "[peer kitchen]\nkey = \(Self.one)", main: "[button ptt]\nline = GPIO17\ntalk = kitchen"
        )
        let error = #expect(throws: KeyChecks.ItselfError.self) {
            try KeyChecks.withoutItself(config, own: own)
        }
        #expect(
            error?.mistake.description == "x.conf:5: talk: kitchen is this station itself")
    }

    @Test func theOwnKeyIsRefused() throws {
        let own = try #require(PublicKey(text: Self.one))
        let selfPeer = KeyChecks.keys(of: try peers([Self.one]), own: own)
        #expect(
            selfPeer.mistakes.map(\.description) == ["x.conf:4: key: it is this station's own key"])
    }
}
