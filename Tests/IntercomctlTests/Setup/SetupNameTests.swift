import Testing

@Suite struct SetupNameTests {
    /// Its own name is not known then.
    @Test func settingsWithMistakesAreNamedBesideTheMachinesName() throws {
        let folder = try StationFolder("[audio]\ninput = hw:1")
        let output = try folder.run("setup").complaint
        #expect(output.contains("the machine's name, as the settings have mistakes\n"), "\(output)")
        let other = try StationFolder()
        let said = try other.run("setup").complaint
        #expect(said.contains("kitchen  its name now\n"), "\(said)")
    }
}
