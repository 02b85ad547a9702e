import Seeds
import Testing

@testable import Config

/// The settings alone, without their places and without warnings.
func withoutOrigins(_ config: Config) -> Config {
    let nowhere = Origin.nowhere
    var config = config
    config.warnings = []
    config.station.origin = nowhere
    config.network.origin = nowhere
    config.network.portOrigin = nowhere
    config.sounds.origin = nowhere
    config.policy.origin = nowhere
    for index in config.policies.indices { config.policies[index].origin = nowhere }
    config.session.origin = nowhere
    config.forward.origin = nowhere
    config.events.onEventOrigin = nowhere
    config.site.introductionsOrigin = nowhere
    for index in config.buttons.indices {
        config.buttons[index].origin = nowhere
        config.buttons[index].lineOrigin = nowhere
        config.buttons[index].talkOrigin = nowhere
        config.buttons[index].actOrigins = [:]
    }
    for index in config.channels.indices {
        config.channels[index].origin = nowhere
        config.channels[index].membersOrigin = nowhere
    }
    for index in config.lamps.indices {
        config.lamps[index].origin = nowhere
        config.lamps[index].lineOrigin = nowhere
    }
    config.policy.relayOrigin = nowhere
    for index in config.policies.indices { config.policies[index].relayOrigin = nowhere }
    for index in config.relays.indices {
        config.relays[index].origin = nowhere
        config.relays[index].lineOrigin = nowhere
    }
    for index in config.records.indices {
        config.records[index].origin = nowhere
        config.records[index].toOrigin = nowhere
    }
    for index in config.peers.indices {
        config.peers[index].isLearned = false
        config.peers[index].origin = nowhere
        config.peers[index].keyOrigin = nowhere
        config.peers[index].pskOrigin = nowhere
        config.peers[index].verifiedOrigin = nowhere
    }
    return config
}

@Suite struct EffectiveTextTests {
    @Test func theShortestFileShowsEveryDefault() throws {
        let config = try parse("[station]\nname = kitchen\n")
        let example = ExampleFile(try repositoryText("etc/intercomd.conf"))
        // The file says `auto`, and what that is for the profile is shown.
        let ofProfile = ["period": "5ms", "periods": "3"]
        let wanted = example.entries.filter { !$0.isNamed }
            .map { "\($0.kind) \($0.name) = \(ofProfile[$0.name] ?? $0.value)" }
        let shown = config.effectiveSections.flatMap { section in
            section.entries.map { "\(section.kind) \($0.key) = \($0.value)" }
        }
        #expect(shown.sorted() == wanted.sorted() && shown.count > 50)
        #expect(config.effective.hasPrefix("[station]\nname = kitchen\n\n[network]\nport = 5577\n"))
        #expect(try parse(config.effective).warnings.isEmpty)
    }

    @Test func theExamplesWorkAndComeBackTheSame() throws {
        let short = try repositoryText("etc/minimal.conf")
        #expect(short.split(separator: "\n", omittingEmptySubsequences: false).count <= 11)
        let minimal = try parse(short)
        #expect(minimal.buttons.map(\.talk) == [.channel("house")] && minimal.warnings.isEmpty)
        #expect(try withoutOrigins(parse(minimal.effective)) == withoutOrigins(minimal))
        let full = try parse(
            repositoryText("etc/intercomd.conf"),
            peers: repositoryText("etc/peers.d/frontdoor.conf"))
        #expect(try withoutOrigins(parse(full.effective)) == withoutOrigins(full))
        #expect(full.effective.contains("[peer frontdoor]\naddress = frontdoor.local:5577, "))
        #expect(full.peers[0].psk == .file("frontdoor.psk") && full.warnings.isEmpty)
    }

    @Test func anyConfigurationComesBackTheSame() throws {
        let seed = testSeed()
        var random = RandomConfig(seed: seed)
        for _ in 0..<300 {
            let text = random.text()
            let config = try parse(text)
            let again = try parse(config.effective)
            #expect(withoutOrigins(again) == withoutOrigins(config), "seed \(seed)")
            #expect(again.effective == config.effective, "seed \(seed)")
        }
    }

    /// Negative control: the comparison above notices a lost setting.
    @Test func aLostSettingIsSeen() throws {
        let config = try parse("[station]\nname = a\n[talk]\ntail = 1s\n")
        let spoiled = config.effective.replacing("tail = 1s\n", with: "")
        #expect(try withoutOrigins(parse(spoiled)) != withoutOrigins(config))
    }

    @Test func pathsOfTheServiceManagerComeBackTheSame() throws {
        let source = ConfigSource(role: .main, path: "a", bytes: Array("[station]\nname=a".utf8))
        let paths = Paths(stateDirectory: "/s/x//", runtimeDirectory: "/r/:/q")
        let config = try Config([source], paths: paths)
        #expect(try parse(config.effective).paths == config.paths)
    }

    @Test func aStationThatNobodySetUpIsAValidOne() throws {
        let paths = Paths(stateDirectory: nil, runtimeDirectory: nil)
        let config = Config.unconfigured(name: "pi-4", paths: paths)
        #expect(try parse("[station]\nname = pi-4\n").effective == config.effective)
        #expect(config.peers.isEmpty && config.buttons.isEmpty && config.warnings.isEmpty)
    }

    @Test(arguments: [
        ("kitchen", "kitchen"), ("Kitchen.lan", "kitchen"), ("my box_2", "my-box-2"),
        ("--a--", "a"), ("Küche", "k-che"), ("...", nil), ("", nil), ("!", nil),
        (String(repeating: "ab-", count: 20), String(repeating: "ab-", count: 10) + "a"),
    ])
    func aNameIsMadeOfAnyHostName(_ host: String, _ expected: String?) {
        let made = nearestName(to: host)
        #expect(made == expected)
        if let made { #expect(isName(made)) }
    }
}
