import Testing

@testable import Media

@Suite struct MediaCountTests {
    @Test func everyCounterHasANameOfItsOwn() {
        let names = MediaCount.allCases.compactMap { $0.name?.description }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "_" } })
    }

    @Test func rawValuesArePlacesWithoutGaps() {
        #expect(MediaCount.allCases.map(\.rawValue) == Array(0..<MediaCount.allCases.count))
        #expect(PeerCount.allCases.map(\.rawValue) == Array(0..<PeerCount.allCases.count))
    }
}
