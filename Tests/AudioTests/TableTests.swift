import Testing

@testable import Audio

@Suite struct TableTests {
    @Test func everyElementHasTheValueAtFirstAndAfterFilling() {
        var table = Table<Int32>(count: 5, repeating: 7)
        #expect(table.count == 5)
        for index in table.indices { #expect(table[index] == 7) }
        table[3] = 1
        table.fill(with: -2)
        for index in table.indices { #expect(table[index] == -2) }
    }

    @Test func elementsAreWrittenOneByOneAndThroughASpan() {
        var table = Table<UInt8>(count: 4, repeating: 0)
        table[0] = 10
        table[1] += 3
        do {
            var span = table.mutableSpan
            span[2] = 20
            span[3] = span[0]
        }
        let wanted: [UInt8] = [10, 3, 20, 10]
        for index in table.indices { #expect(table[index] == wanted[index]) }
    }

    @Test func anElementThatIsNotThereTraps() async {
        await #expect(processExitsWith: .failure) {
            let table = Table<Int>(count: 2, repeating: 0)
            _ = table[2]
        }
    }
}
