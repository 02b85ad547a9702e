import Testing

@testable import Intercomd

@Suite struct RosterTests {
    private func text(_ address: String) -> String {
        Kitchen.text.replacing("[peer office]", with: "[peer office]\naddress = \(address)")
    }

    @Test func whoIsNewOrHasAnotherAddressHasMoved() throws {
        let one = try config(text("10.0.0.1"))
        let other = try config(text("10.0.0.2"))
        let former = roster(one)
        #expect(roster(one).moved(since: former) == [])
        #expect(roster(other).moved(since: former) == [Kitchen.office])
        #expect(roster(one, [7, Kitchen.office]).moved(since: former) == [7])
    }
}
