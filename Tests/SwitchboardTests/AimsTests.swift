import Station
import Testing

@testable import Switchboard

@Suite struct AimsTests {
    private let page = Int(TalkTarget.page)

    @Test func anAimIsToldWhenItsListenersChangeAndOnlyThen() {
        var aims = Aims()
        var orders = Orders()
        aims.aim(TalkTarget.page, at: [1, 2], name: .named("house"), &orders)
        aims.aim(TalkTarget.page, at: [1, 2], name: .named("all"), &orders)
        #expect(orders.all == [.aim(target: page, [1, 2])])
        #expect(aims.aim(of: page) == Aims.Aim(listeners: [1, 2], name: .named("all")))
        #expect(aims.aim(of: Int(TalkTarget.call)) == Aims.Aim())
    }

    @Test func aTargetOfTheSettingsHasNoAim() {
        let aims = Aims()
        #expect(aims.aim(of: 1) == nil)
        #expect(aims.aim(of: 32) == nil)
    }

    @Test func aPeerThatLeavesIsAimedAtNoMore() {
        var aims = Aims()
        var orders = Orders()
        aims.aim(TalkTarget.page, at: [1, 2], name: .named("house"), &orders)
        aims.aim(TalkTarget.call, at: [2], name: .peers([2]), &orders)
        _ = orders.all
        aims.aimAway(from: 2, &orders)
        #expect(
            orders.all == [
                .aim(target: page, [1]), .aim(target: Int(TalkTarget.call), []),
            ])
        aims.aimAway(from: 3, &orders)
        #expect(orders.all.isEmpty)
    }
}
