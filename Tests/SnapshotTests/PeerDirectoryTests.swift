import Testing

@testable import Intercomd

@Suite struct PeerDirectoryTests {
    private func text(_ address: String) -> String {
        Kitchen.text.replacing("[peer office]", with: "[peer office]\naddress = \(address)")
    }

    @Test func whoIsNewOrHasAnotherAddressHasMoved() throws {
        let one = try config(text("10.0.0.1"))
        let other = try config(text("10.0.0.2"))
        let former = directory(one)
        #expect(directory(one).moved(since: former) == [])
        #expect(directory(other).moved(since: former) == [Kitchen.office])
        #expect(directory(one, [7, Kitchen.office]).moved(since: former) == [7])
    }
}
