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

    func routing() throws -> Routing {
        let source = ConfigSource(role: .main, path: "x.conf", bytes: Array(Self.text.utf8))
        let paths = Paths(stateDirectory: nil, runtimeDirectory: nil)
        return Routing(try Config([source], paths: paths))
    }

    @Test func everyChannelAndPeerCanBeTalkedTo() throws {
        let routing = try routing()
        #expect(routing.names == ["upstairs", "house", "garage", "office"])
        #expect(routing.targets.map(\.stream) == [1, 2, 0, 0])
        #expect(routing.targets.map(\.listeners) == [[1], [0, 1], [0], [1]])
        #expect(routing.target(named: "office") == 3)
        #expect(routing.target(named: "cellar") == nil)
    }

    @Test func buttonsFindTheirTargets() throws {
        #expect(try routing().buttonTargets == [1, 2])
    }

    @Test func channelsKnowWhoIsHeard() throws {
        let channels = try routing().channels
        #expect(channels.map(\.isListenedTo) == [false, true])
        #expect(channels.map(\.members) == [[1], [0, 1]])
    }

    /// SHA-256("intercom/1 channel" ‖ "house"), first eight bytes, by another implementation.
    @Test func aChannelIsKnownByItsHash() {
        #expect(Routing.reference(ofChannel: "house") == 0x799B8F7DA1BAAF96)
    }
}
