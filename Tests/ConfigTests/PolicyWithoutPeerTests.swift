import Testing

@testable import Config

@Suite struct PolicyWithoutPeerTests {
    /// Whether the station is in a site or not, where an empty file may be all that is left of one.
    @Test func aPolicyWithoutItsPeerIsAWarning() throws {
        let text = """
            [station]
            name = a
            [policy gargae]
            drop-in = allow
            [peer garage]
            key = \(keyA)
            """
        let main = ConfigSource(role: .main, path: "a.conf", bytes: Array(text.utf8))
        let site = ConfigSource(role: .site, path: "site.conf", bytes: [])
        for sources in [[main], [main, site]] {
            let config = try Config(
                sources, paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
            #expect(
                config.warnings.map(\.description) == [
                    "a.conf:3: [policy gargae] has no effect: there is no [peer gargae]; pair with"
                        + " it, or remove this section; did you mean \"garage\"?"
                ])
        }
    }

    @Test func aMissingPeerInForwardIsAWarningAndSoIsOneAlone() throws {
        func warnings(_ names: String) throws -> [String] {
            let text = """
                [station]
                name = a
                [forward]
                for = \(names)
                [peer garage]
                key = \(keyA)
                """
            let main = ConfigSource(role: .main, path: "a.conf", bytes: Array(text.utf8))
            let config = try Config(
                [main], paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
            #expect(config.names(peer: "garage") == (names != "nobody"))
            return config.warnings.map(\.description)
        }
        #expect(try warnings("nobody") == [])
        #expect(
            try warnings("garage, gargae") == [
                "a.conf:4: for: there is no [peer gargae]; pair with it; did you mean \"garage\"?"
            ])
        #expect(
            try warnings("garage") == [
                "a.conf:4: for: there must be two peers or more; with one, nothing is forwarded"
            ])
    }
}
