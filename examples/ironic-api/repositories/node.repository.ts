import {inject} from '@loopback/core';
import {DefaultCrudRepository, juggler} from '@loopback/repository';
import {Node} from 'loopback4-ironic-boot-config';

export class NodeRepository extends DefaultCrudRepository<Node, number> {
  constructor(@inject('datasources.ironic') dataSource: juggler.DataSource) {
    super(Node, dataSource);
  }
}
