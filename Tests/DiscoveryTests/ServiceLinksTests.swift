import Testing
import Time
import Wire

@testable import Peering

@Suite struct ServiceLinksTests {
    private let both = [place(7), LinkAddresses(wiredIPv6, place(7).addresses)]

    private func instance(_ seed: UInt64 = 1) -> ServiceInstance {
        ServiceInstance(of: ServiceInstance.stations, port: 5577, text: [0], lots(seed))
    }

    /// A service that has been announced on two links.
    private func announced() -> (ServiceLinks, ServiceInstance) {
        var service = ServiceLinks(ServiceInstance.stations)
        service.setLinks(both, lots(), at: ms(0))
        let own = instance()
        let farewells = service.announce(own, silently: false, lots(), at: ms(0))
        #expect(farewells.isEmpty)
        #expect(sent(&service, until: 5000).count == 4)
        return (service, own)
    }

    private func sent(
        _ service: inout ServiceLinks, until end: Int64
    ) -> [(at: Int64, message: ServiceLinks.Message)] {
        var all: [(Int64, ServiceLinks.Message)] = []
        while let due = service.deadline, due <= ms(end) {
            while let message = service.next(at: due) {
                all.append((due.nanoseconds / 1_000_000, message))
            }
        }
        return all
    }

    private func query(_ name: DNSName, truncated: Bool = false) -> DNSMessage {
        var bytes = ServiceInstance.question(for: name)
        if truncated { bytes[2] |= 2 }
        return message(bytes)!
    }

    @Test func itIsAnnouncedTwiceOnEachLink() {
        var service = ServiceLinks(ServiceInstance.stations)
        service.setLinks(both, lots(), at: ms(0))
        _ = service.announce(instance(), silently: false, lots(), at: ms(0))
        let all = sent(&service, until: 5000)
        for link in [wired, wiredIPv6] {
            let times = all.filter { $0.message.link == link }.map(\.at)
            #expect(times.count == 2 && times[0] <= 250 && times[1] == times[0] + 1000)
        }
        #expect(all.allSatisfy { !$0.message.isQuestion })
    }

    /// What the kernel did not take may be told after that.
    @Test func whatIsWithdrawnIsNotTriedAgain() {
        var (service, _) = announced()
        service.notSent(on: wired, at: ms(5000))
        #expect(service.deadline == ms(6000))
        _ = service.withdraw()
        service.notSent(on: wired, at: ms(5000))
        #expect(service.deadline == nil)
        // A question that is due with it would wait for another turn.
        service.seek(lots(), at: ms(5900))
        #expect(sent(&service, until: 6500).allSatisfy { $0.message.isQuestion })
    }

    @Test(arguments: [(false, 5020...5120), (true, Int64(5400)...5500)])
    func aQuestionIsAnsweredOnItsLinkAlone(truncated: Bool, range: ClosedRange<Int64>) {
        var (service, own) = announced()
        service.heard(
            query(own.service, truncated: truncated), from: host(9), on: wired, lots(),
            at: ms(5000))
        let all = sent(&service, until: 9000)
        #expect(all.count == 1 && all.allSatisfy { $0.message.link == wired })
        #expect(all.allSatisfy { range.contains($0.at) })
    }

    @Test func otherQuestionsAndUnknownLinksAreNotAnswered() {
        var (service, own) = announced()
        service.heard(
            query(ServiceInstance.pairings), from: host(9), on: wired, lots(), at: ms(5000))
        service.heard(
            query(own.service), from: host(9), on: Link(interface: 9, isIPv6: false), lots(),
            at: ms(5000))
        #expect(service.deadline == nil)
        var silent = ServiceLinks(ServiceInstance.stations)
        silent.setLinks(both, lots(), at: ms(0))
        silent.heard(query(own.service), from: host(9), on: wired, lots(), at: ms(0))
        #expect(silent.deadline == nil)
    }

    @Test func itDoesNotAnswerItsOwnQuestion() {
        var (service, own) = announced()
        service.seek(lots(), at: ms(5000))
        _ = sent(&service, until: 5200)
        service.heard(query(own.service), from: host(7), on: wired, lots(), at: ms(5200))
        service.stopSeeking()
        #expect(service.deadline == nil)
        // Another program of this machine asks later, another machine at once.
        service.heard(query(own.service), from: host(7), on: wired, lots(), at: ms(5800))
        #expect(sent(&service, until: 7000).count == 1)
        var (other, _) = announced()
        other.seek(lots(), at: ms(5000))
        _ = sent(&other, until: 5200)
        other.stopSeeking()
        other.heard(query(own.service), from: host(9), on: wired, lots(), at: ms(5200))
        #expect(sent(&other, until: 7000).count == 1)
    }

    @Test func afterWithdrawingNothingIsSaid() {
        var (service, own) = announced()
        service.heard(query(own.service), from: host(9), on: wired, lots(), at: ms(5000))
        #expect(service.withdraw().count == 2)
        #expect(service.deadline == nil && service.own == nil)
        let more = service.withdraw()
        #expect(more.isEmpty)
    }

    @Test func aLinkThatStaysKeepsItsTimes() {
        var (service, _) = announced()
        service.seek(lots(), at: ms(10_000))
        _ = sent(&service, until: 10_200)
        service.setLinks([place(8)], lots(), at: ms(10_200))
        let all = sent(&service, until: 13_000)
        let questions = all.filter(\.message.isQuestion).map(\.at)
        // No sooner than a second after the last one.
        #expect(questions.count >= 1 && questions[0] >= 11_000)
        #expect(all.filter { !$0.message.isQuestion }.count == 2)
        service.stopSeeking()
        #expect(service.deadline == nil && !service.isSought)
    }
}
