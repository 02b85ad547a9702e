import Testing

@Suite struct ConfigShowTests {
    @Test func jsonHasEachSectionWithItsSettings() throws {
        let folder = try StationFolder("[channel house]\n")
        let outcome = try folder.run("config", "show", "--json")
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
}
