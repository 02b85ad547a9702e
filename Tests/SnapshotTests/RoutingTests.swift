import Config
import Station
import Testing

@testable import Intercomd

@Suite struct RoutingTests {
    static let text = """
        [station]
        name = kitchen
        [button a]
        line = GPIO17
        talk = house
        [button b]
        line = GPIO27
        talk = garage
        [channel upstairs]
        members = office
        listen = no
        [channel house]
        members = *
        [peer garage]
        key = intercom1:pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp
        [peer office]
        key = intercom1:b6vgqtwyq22ls7wbnzsd3qz7nkmb3e4qpnhipj2cfxbn6ylk64qa:aaaa

        """

    /// With the peers of the text under numbers 0, 1 and so on, unless told otherwise.
    func routing(
        _ text: String = text, numbers: [Int]? = nil, after former: Routing? = nil
    ) throws -> Routing {
        let config = try config(text)
        return Routing(config, directory(config, numbers), after: former)
    }

    @Test func everyChannelAndPeerCanBeTalkedToAndIsHeardAsSet() throws {
        let routing = try routing()
        #expect(routing.names == ["upstairs", "house", "garage", "office"])
        #expect(routing.targets.map(\.stream) == [1, 2, 0, 0])
        #expect(routing.targets.map(\.listeners) == [[1], [0, 1], [0], [1]])
        #expect(routing.target(named: "office")?.id == 33)
        #expect(routing.target(named: "cellar") == nil)
        #expect(routing.buttonTargets == [2, 32])
        #expect(routing.channels.map(\.isListenedTo) == [false, true])
        #expect(routing.channels.map(\.members) == [[1], [0, 1]])
    }

    @Test func peersAreKnownByTheirNumbers() throws {
        let routing = try routing(numbers: [7, 4])
        #expect(routing.targets.map(\.listeners) == [[4], [7, 4], [7], [4]])
        #expect(routing.target(32 + 7)?.name == "garage")
        #expect(routing.target(32 + 1)?.name == nil)
    }

    @Test func channelsKeepTheirNumbers() throws {
        let before = try routing()
        #expect(before.channels.map(\.number) == [1, 2])
        let attic = Self.text.replacing("[channel upstairs]", with: "[channel attic]")
        let after = try routing(attic, after: before)
        // That of the one which is gone is not another's at once.
        #expect(after.channels.map(\.number) == [3, 2])
        #expect(after.channelName(1) == "upstairs")
        let again = try routing(after: after)
        #expect(again.channels.map(\.number) == [1, 2])
    }

    @Test func thereIsANumberForEveryChannelHoweverManyThereWere() throws {
        var routing = try routing()
        for round in 0..<100 {
            let text = Self.text.replacing("[channel upstairs]", with: "[channel c\(round)]")
            routing = try self.routing(text, after: routing)
            #expect((1..<32).contains(routing.channels[0].number))
            #expect(routing.channels[1].number == 2)
        }
    }

    private func at(_ address: String) -> String {
        Kitchen.text.replacing("[peer office]", with: "[peer office]\naddress = \(address)")
    }

    @Test func whoIsNewOrHasAnotherAddressHasMoved() throws {
        let one = try config(at("10.0.0.1"))
        let other = try config(at("10.0.0.2"))
        let former = directory(one)
        #expect(directory(one).moved(since: former) == [])
        #expect(directory(other).moved(since: former) == [Kitchen.office])
        #expect(directory(one, [7, Kitchen.office]).moved(since: former) == [7])
    }

    /// By another implementation: the first eight bytes of SHA-256 over the kind's word and the
    /// name.
    @Test func namesAreKnownByTheirHash() {
        #expect(Reference.of(channel: "house") == 0x799B8F7DA1BAAF96)
        #expect(Reference.of(relay: "door") == 0x1F565F6D84A7FCC9)
        // As hashes of 8 bits these two were the same.
        #expect(Reference.of(relay: "office") != Reference.of(relay: "latch"))
        #expect(Reference.of(relay: "house") != Reference.of(channel: "house"))
    }
}
