import Testing

@testable import HAL

@Suite struct DiskSpaceTests {
    @Test func spaceIsAskedWhereThePathIs() throws {
        #expect(try DiskSpace(at: "/proc").freeBytes == 0)
        #expect(try DiskSpace(at: "/dev/shm").isReadOnly == false)
    }

    @Test func aPathThatIsNotThereIsAnError() {
        #expect(throws: SystemError.self) { try DiskSpace(at: "/nowhere/at/all") }
    }
}
