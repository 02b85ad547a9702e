import Seeds
import Testing

@testable import Config

@Suite struct ConfigDifferenceTests {
    private func lines(_ old: String, _ new: String) throws -> [String] {
        try ConfigDifference.between(parse(old), parse(new)).map { $0.text }
    }

    private let station = "[station]\nname = a\n"

    @Test func theSameTwiceHasNoDifference() throws {
        #expect(try lines(station, station) == [])
        // Another spelling of the same value is no difference.
        #expect(try lines(station, station + "[audio]\nperiods = auto\nrx-hold = 0.15s\n") == [])
        #expect(
            try lines(
                station + "[channel a]\n[channel b]\n", station + "[channel b]\n[channel a]\n")
                == [])
    }

    @Test func eachChangeIsOneLineInTheOrderOfTheEffectiveText() throws {
        let old = """
            [station]
            name = a
            [channel house]
            [channel yard]
            [peer attic]
            key = \(keyA)
            address = attic.local
            [peer garage]
            key = \(keyB)
            """
        let new = """
            [peer shed]
            key = \(keyB)
            [peer attic]
            key = \(keyA)
            psk = file:attic.psk
            [channel barn]
            [channel house]
            gain = -3.5dB
            listen = no
            [audio]
            jitter = robust
            [network]
            port = 6000
            [station]
            name = b
            """
        #expect(
            try lines(old, new) == [
                "~ [station] name: a -> b",
                "~ [network] port: 5577 -> 6000",
                "~ [audio] jitter: normal -> robust",
                "~ [channel house] listen: yes -> no",
                "~ [channel house] gain: 0dB -> -3.5dB",
                "- [channel yard]",
                "+ [channel barn]",
                "~ [peer attic] address: attic.local:5577 -> (empty)",
                "~ [peer attic] psk: none -> file:attic.psk",
                "- [peer garage]",
                "+ [peer shed]",
            ])
    }

    /// Whether a setting has a use may depend on the mode or the line.
    @Test func eachSettingIsComparedWithItself() throws {
        let rest = station + "[channel c]\n"
        let contact = rest + "[button b]\ntalk = c\nline = GPIO1\n"
        let voice = rest + "[button b]\ntalk = c\nmode = vox\n"
        #expect(
            try lines(contact, voice) == [
                "~ [button b] line: GPIO1 -> (empty)",
                "~ [button b] bias: pull-up -> (empty)",
                "~ [button b] active: low -> (empty)",
                "~ [button b] debounce: 5ms -> (empty)",
                "~ [button b] mode: momentary -> vox",
                "~ [button b] vox-threshold: (empty) -> +8dB",
                "~ [button b] vox-hang: (empty) -> 500ms",
            ])
        let lamp = station + "[lamp l]\nshow = fault\nline = "
        #expect(
            try lines(lamp + "GPIO1", lamp + "led:a") == [
                "~ [lamp l] line: GPIO1 -> led:a", "~ [lamp l] active: high -> (empty)",
            ])
    }

    @Test func onlyNetworkAndPathsNeedARestart() throws {
        let old = try parse(station)
        let new = try parse(
            """
            [station]
            name = b
            [network]
            discovery = no
            [paths]
            state = /s
            [session]
            rekey-after = 1m
            [talk]
            tail = 0
            [lamp fault]
            line = GPIO1
            show = fault
            """)
        let found = ConfigDifference.between(old, new)
        #expect(
            found.filter { $0.needsRestart }.map { $0.text } == [
                "~ [network] discovery: yes -> no",
                "~ [paths] state: /var/lib/intercomd -> /s",
            ])
        #expect(found.count == 6)
    }

    @Test func aDifferenceIsSeenExactlyWhenTheSettingsDiffer() throws {
        let seed = testSeed()
        var random = RandomConfig(seed: seed)
        var before = try parse(random.text())
        for _ in 0..<100 {
            let after = try parse(random.text())
            let isSame = withoutOrigins(before) == withoutOrigins(after)
            #expect(ConfigDifference.between(before, after).isEmpty == isSame, "seed \(seed)")
            #expect(ConfigDifference.between(after, after).isEmpty, "seed \(seed)")
            let there = ConfigDifference.between(before, after)
            #expect(there.count == ConfigDifference.between(after, before).count, "seed \(seed)")
            before = after
        }
    }
}
