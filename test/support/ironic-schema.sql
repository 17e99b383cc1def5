-- The four of Ironic's tables that are read here, as `ironic-dbsync
-- create_schema` leaves them: every column, type, index and character set, and
-- the foreign keys among the four. Keys to other tables are left out.

CREATE TABLE conductors (
  created_at DATETIME, updated_at DATETIME, version VARCHAR(15),
  id INT NOT NULL AUTO_INCREMENT,
  hostname VARCHAR(255) NOT NULL,
  drivers TEXT,
  online BOOLEAN,
  conductor_group VARCHAR(255) NOT NULL DEFAULT '',
  PRIMARY KEY (id),
  UNIQUE KEY uniq_conductors0hostname (hostname)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

CREATE TABLE conductor_hardware_interfaces (
  created_at DATETIME, updated_at DATETIME, version VARCHAR(15),
  id INT NOT NULL AUTO_INCREMENT,
  conductor_id INT NOT NULL,
  hardware_type VARCHAR(255) NOT NULL,
  interface_type VARCHAR(16) NOT NULL,
  interface_name VARCHAR(255) NOT NULL,
  `default` BOOLEAN NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uniq_conductorhardwareinterfaces0
    (conductor_id, hardware_type, interface_type, interface_name),
  CONSTRAINT conductor_hardware_interfaces_ibfk_1
    FOREIGN KEY (conductor_id) REFERENCES conductors (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

CREATE TABLE nodes (
  created_at DATETIME, updated_at DATETIME, version VARCHAR(15),
  id INT NOT NULL AUTO_INCREMENT,
  uuid VARCHAR(36), instance_uuid VARCHAR(36), name VARCHAR(255),
  chassis_id INT,
  power_state VARCHAR(15), target_power_state VARCHAR(15),
  provision_state VARCHAR(15), target_provision_state VARCHAR(15),
  provision_updated_at DATETIME,
  last_error TEXT,
  instance_info LONGTEXT,
  properties TEXT,
  driver VARCHAR(255), driver_info TEXT, driver_internal_info TEXT,
  clean_step TEXT, deploy_step TEXT,
  resource_class VARCHAR(80),
  raid_config TEXT, target_raid_config TEXT,
  reservation VARCHAR(255),
  conductor_affinity INT,
  conductor_group VARCHAR(255) NOT NULL DEFAULT '',
  maintenance BOOLEAN, maintenance_reason TEXT, fault VARCHAR(255),
  console_enabled BOOLEAN,
  inspection_finished_at DATETIME, inspection_started_at DATETIME,
  extra TEXT,
  automated_clean BOOLEAN,
  protected BOOLEAN NOT NULL DEFAULT 0, protected_reason TEXT,
  owner VARCHAR(255), lessee VARCHAR(255),
  allocation_id INT,
  description TEXT,
  bios_interface VARCHAR(255), boot_interface VARCHAR(255),
  console_interface VARCHAR(255), deploy_interface VARCHAR(255),
  inspect_interface VARCHAR(255), management_interface VARCHAR(255),
  network_interface VARCHAR(255), raid_interface VARCHAR(255),
  rescue_interface VARCHAR(255),
  retired BOOLEAN DEFAULT 0, retired_reason TEXT,
  network_data TEXT,
  storage_interface VARCHAR(255), power_interface VARCHAR(255),
  vendor_interface VARCHAR(255),
  boot_mode VARCHAR(16), secure_boot BOOLEAN,
  shard VARCHAR(255),
  PRIMARY KEY (id),
  UNIQUE KEY uniq_nodes0uuid (uuid),
  UNIQUE KEY uniq_nodes0instance_uuid (instance_uuid),
  UNIQUE KEY uniq_nodes0name (name),
  KEY reservation_idx (reservation),
  KEY driver_idx (driver),
  KEY resource_class_idx (resource_class),
  KEY owner_idx (owner),
  KEY lessee_idx (lessee),
  KEY conductor_group_idx (conductor_group),
  KEY shard_idx (shard),
  KEY provision_state_idx (provision_state),
  KEY chassis_id (chassis_id),
  KEY allocation_id (allocation_id),
  CONSTRAINT nodes_conductor_affinity_fk
    FOREIGN KEY (conductor_affinity) REFERENCES conductors (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;

CREATE TABLE ports (
  created_at DATETIME, updated_at DATETIME, version VARCHAR(15),
  id INT NOT NULL AUTO_INCREMENT,
  uuid VARCHAR(36),
  address VARCHAR(18),
  node_id INT,
  extra TEXT,
  local_link_connection TEXT,
  portgroup_id INT,
  pxe_enabled BOOLEAN,
  internal_info TEXT,
  physical_network VARCHAR(64),
  is_smartnic BOOLEAN,
  name VARCHAR(255),
  PRIMARY KEY (id),
  UNIQUE KEY uniq_ports0address (address),
  UNIQUE KEY uniq_ports0uuid (uuid),
  UNIQUE KEY uniq_ports0name (name),
  KEY node_id (node_id),
  KEY portgroup_id (portgroup_id),
  CONSTRAINT ports_ibfk_1 FOREIGN KEY (node_id) REFERENCES nodes (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
