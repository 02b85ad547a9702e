import Testing
import Time
import Wire

@testable import Station

@Suite struct AimsTests {
    private let page = Int(TalkTarget.page)

    @Test func anAimIsToldWhenItsListenersChangeAndOnlyThen() {
        var aims = Aims()
        var orders = Orders()
        let isNews = [Aims.Name.named("house"), .named("all")].map {
            aims.aim(TalkTarget.page, at: .init(listeners: [1, 2], name: $0), &orders)
        }
        #expect(isNews == [true, false])
        orders.expect(.aim(target: page, [1, 2]))
        #expect(aims.aim(of: page) == Aims.Aim(listeners: [1, 2], name: .named("all")))
        #expect(aims.aim(of: Int(TalkTarget.call)) == Aims.Aim())
    }

    @Test func aTargetOfTheSettingsHasNoAim() {
        let aims = Aims()
        #expect(aims.aim(of: 1) == nil)
        #expect(aims.aim(of: 32) == nil)
    }

    @Test func aPeerThatLeavesIsAimedAtNoMore() {
        var switchboard = Switchboard.bare()
        switchboard.aim(TalkTarget.page, at: [1, 2], name: .named("house"))
        switchboard.aim(TalkTarget.call, at: [2], name: .peers([2]))
        _ = switchboard.decided
        switchboard.aimAway(from: 2)
        switchboard.expect(.aim(target: page, [1]), .aim(target: Int(TalkTarget.call), []))
        #expect(switchboard.aims.aim(of: page)?.name == .named("house"))
        switchboard.aimAway(from: 3)
        #expect(switchboard.decided.isEmpty)
    }

    @Test func peersThatJoinAnOpenTalkAreWantedAtOnce() {
        var switchboard = Switchboard.bare()
        switchboard.aim(TalkTarget.call, at: [1], name: .peers([1]))
        switchboard.expect(.aim(target: Int(TalkTarget.call), [1]))
        let talking = SoundNews.talking(Int(TalkTarget.call))
        switchboard.handle(talking, at: start)
        _ = switchboard.decided
        switchboard.aim(TalkTarget.call, at: [1, 2], name: .peers([1, 2]))
        switchboard.expect(
            .aim(target: Int(TalkTarget.call), [1, 2]), .want(peer: 1), .want(peer: 2))
        #expect(switchboard.listeners(of: Int(TalkTarget.call)) == [1, 2])
    }
}
