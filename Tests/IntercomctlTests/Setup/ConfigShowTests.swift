import Foundation
import Testing

@Suite struct ConfigShowTests {
    @Test func showsEveryDefaultAndWhatWasSet() throws {
        let folder = try StationFolder("[audio]\njitter = robust\n[channel house]\n")
        try folder.write(
            "[peer garage]\nkey = \(otherKey)\npsk = file:garage.psk\n", to: "etc/peers.d/g.conf")
        let secret = String(repeating: "5a", count: 32)
        try folder.write("\(secret)\n", to: "state/keys/garage.psk", mode: 0o600)
        try folder.writeIdentity()
        for arguments in [["--effective"], []] {
            let outcome = try Intercomctl.run(
                ["--config", folder.config, "config", "show"] + arguments)
            #expect(outcome.code == 0 && outcome.complaint.isEmpty)
            #expect(
                outcome.output.hasPrefix("[station]\nname = kitchen\n\n[network]\nport = 5577\n"))
            #expect(outcome.output.contains("\njitter = robust\njitter-max = 240ms\n"))
            #expect(outcome.output.contains("\nstate = \(folder.state)\n"))
            #expect(
                outcome.output.hasSuffix(
                    """
                    [channel house]
                    members = *
                    listen = yes
                    gain = 0dB
                    mute = no
                    priority = normal
                    call-mode = hunt

                    # \(folder.config)/peers.d/g.conf
                    [peer garage]
                    address =
                    key = \(otherKey)
                    psk = file:garage.psk
                    verified =
                    suite = auto
                    gain = 0dB
                    mute = no
                    revoked = no
                    keepalive = off
                    priority = normal

                    """))
            for secret in [secret, String(repeating: "11", count: 32)] {
                #expect(!outcome.output.contains(secret))
            }
        }
    }

    @Test func whatItShowsIsAConfigurationThatShowsTheSame() throws {
        let folder = try StationFolder("[channel house]\n[button b]\nline = GPIO1\ntalk = house\n")
        let first = try folder.run("config", "show", "--effective")
        try folder.write(first.output, to: "etc/intercomd.conf")
        #expect(try folder.run("config", "check").code == 0)
        #expect(try folder.run("config", "show", "--effective").output == first.output)
    }

    @Test func jsonHasEachSectionWithItsSettings() throws {
        let folder = try StationFolder("[channel house]\n")
        let outcome = try folder.run("config", "show", "--effective", "--json")
        #expect(outcome.output.hasPrefix("{\"schema\":1,\"sections\":[{\"section\":\"station\","))
        #expect(outcome.output.contains("\"name\":null,\"settings\":{\"port\":\"5577\","))
        #expect(
            outcome.output.hasSuffix(
                "{\"section\":\"channel\",\"name\":\"house\",\"settings\":"
                    + "{\"members\":\"*\",\"listen\":\"yes\",\"gain\":\"0dB\",\"mute\":\"no\","
                    + "\"priority\":\"normal\",\"call-mode\":\"hunt\"}}]}\n"))
        // Only what comes from another file than the main one names it.
        #expect(!outcome.output.contains("\"file\""))
        try folder.write("[peer garage]\nkey = \(otherKey)\n", to: "etc/peers.d/g.conf")
        #expect(
            try folder.run("config", "show", "--json").output.contains(
                "\"name\":\"garage\",\"file\":\"\(folder.config)/peers.d/g.conf\","))
    }

    @Test func aMistakeIsToldWithItsPlace() throws {
        let folder = try StationFolder("[talk]\nprerol = 60ms\n")
        let outcome = try folder.run("config", "show", "--effective")
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        #expect(
            outcome.complaint.contains("intercomd.conf:7: \"prerol\" is not a setting of [talk]"))
    }
}
