import Testing
import Time

@testable import Station

@Suite struct DownWatchTests {
    private let unplugged = "no cable"
    private let off = "switched off"
    private var switchboard = Switchboard.bare()

    private mutating func look(_ trouble: String?) -> [Order] {
        switchboard.handle(.network(trouble, loopback: [3]), at: start)
        return switchboard.decided
    }

    @Test mutating func aFaultOfTheNetworkIsNewsOnce() {
        #expect(look(nil).isEmpty)
        #expect(look(unplugged) == [.notice(.networkFault(unplugged))])
        #expect(look(unplugged).isEmpty)
        #expect(switchboard.downWatch.networkTrouble == unplugged)
        #expect(look(off) == [.notice(.networkFault(off))])
        #expect(look(nil) == [.notice(.networkReady), .retryAll])
        #expect(switchboard.downWatch.networkTrouble == nil)
    }

    @Test mutating func aFaultOfTheNetworkCutsOffThePeersThatAreNotOnThisMachine() {
        #expect(switchboard.downWatch.cutOff.isEmpty)
        _ = look(unplugged)
        #expect((0..<4).filter { switchboard.downWatch.cutOff.contains($0) } == [0, 1, 2])
        // A peer has moved to this machine.
        switchboard.handle(.network(unplugged, loopback: [2, 3]), at: start)
        #expect(switchboard.decided.isEmpty)
        #expect((0..<4).filter { switchboard.downWatch.cutOff.contains($0) } == [0, 1])
        _ = look(nil)
        #expect(switchboard.downWatch.cutOff.isEmpty)
    }

    @Test mutating func aSharedKeyIsNewsOnceUntilItIsSharedAgain() {
        var news: [[Order]] = []
        for isShared in [false, true, true, false, true] {
            switchboard.updateKey(of: 3, isShared: isShared)
            news.append(switchboard.decided)
        }
        let told = [Order.notice(.sharedKey(3))]
        #expect(news == [[], told, [], [], told])
    }
}
